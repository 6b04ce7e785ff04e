import { Button, Card, Flex, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type InboundRequest, type InboundSummary, inventoryListInbounds, inventoryPostInbound } from '../../api/client';
import { useAct, usePages } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Quantity, Time } from '../../components/texts';
import { WarehousePicker } from '../../components/WarehousePicker';
import { parseSkuPaste } from '../../lib/parseSkuPaste';

/** Inbound notes 入库单, and a new one for what has just arrived. */
export default function Inbounds() {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const list = usePages<InboundSummary>(['inbounds'], (cursor) => inventoryListInbounds({ query: { cursor } }));
  return (
    <Flex vertical gap={12}>
      {adding && <NewInbound close={() => setAdding(false)} />}
      <ListPage<InboundSummary>
        title={t('nav.inbound')}
        rowKey="inbound_id"
        list={list}
        actions={!adding && <Button type="primary" onClick={() => setAdding(true)}>{t('inbound.new')}</Button>}
        columns={[
          { title: t('payment.number'), dataIndex: 'number', className: 'num' },
          { title: t('inbound.source'), dataIndex: 'source' },
          { title: t('cart.lines'), align: 'right', dataIndex: 'line_count', className: 'num' },
          { title: t('pick.quantity'), align: 'right', render: (_, of) => <Quantity value={of.quantity} /> },
          { title: t('common.when'), render: (_, of) => <Time at={of.posted_at} /> },
        ]}
        card={(of) => (
          <Flex justify="space-between">
            <span><strong className="num">{of.number}</strong> {of.source}</span>
            <Quantity value={of.quantity} />
          </Flex>
        )}
      />
    </Flex>
  );
}

interface Filled {
  warehouse_id: string;
  source: string;
  goods: string;
}

function NewInbound({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const post = useAct((body: InboundRequest, key) => inventoryPostInbound({ body, headers: { 'idempotency-key': key } }), {
    said: t('inbound.posted'),
    done: close,
  });
  const must = [{ required: true }];
  return (
    <Card size="small" title={t('inbound.new')}>
      <Form<Filled>
        layout="vertical"
        onFinish={({ goods, ...about }) => post.mutate({ ...about, lines: parseSkuPaste(goods).lines })}
      >
        <Form.Item name="warehouse_id" label={t('dealer.warehouse')} rules={must}><WarehousePicker /></Form.Item>
        <Form.Item name="source" label={t('inbound.source')} rules={must}><Input placeholder={t('inbound.source_hint')} /></Form.Item>
        <Form.Item
          name="goods"
          label={t('inbound.goods')}
          rules={[
            {
              validator: (_, value?: string) => {
                const { lines, errors } = parseSkuPaste(value ?? '');
                return lines.length && !errors.length ? Promise.resolve() : Promise.reject(new Error(t('inbound.goods_rule')));
              },
            },
          ]}
        >
          <Input.TextArea rows={4} placeholder={t('quick.paste_hint')} />
        </Form.Item>
        <Flex gap={8}>
          <Button type="primary" htmlType="submit" loading={post.isPending}>{t('inbound.post')}</Button>
          <Button onClick={close}>{t('common.back')}</Button>
        </Flex>
      </Form>
    </Card>
  );
}
