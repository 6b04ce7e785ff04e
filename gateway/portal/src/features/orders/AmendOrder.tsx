import { DeleteOutlined } from '@ant-design/icons';
import { Alert, Button, Drawer, Flex, Input, InputNumber, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AmendedLineRequest, catalogCreateQuote, type OrderResponse, ordersAmendOrder } from '../../api/client';
import { useAct, useRead } from '../../api/use';
import { DataTable } from '../../components/DataTable';
import { SkuPicker } from '../../components/SkuPicker';
import { Money, Quantity, UnitPrice } from '../../components/texts';
import { changesOf, leavesSomething, type NewLine } from './amending';

interface Props {
  order: OrderResponse;
  close: () => void;
}

/** Other quantities, other goods: asked for here, in force when price, credit and stock are settled. */
export function AmendOrder({ order, close }: Props) {
  const { t } = useTranslation();
  const [quantities, setQuantities] = useState<Record<number, number>>({});
  const [added, setAdded] = useState<NewLine[]>([]);
  const [reason, setReason] = useState('');
  const changes = changesOf(order.lines, quantities, added);
  const possible = leavesSomething(order.lines, quantities, added);
  const amend = useAct(
    (lines: AmendedLineRequest[], key) =>
      ordersAmendOrder({
        path: { order_id: order.order_id },
        body: { lines, expected_version: order.version, reason },
        headers: { 'idempotency-key': key },
      }),
    { said: t('amend.asked'), done: close },
  );
  return (
    <Drawer
      open
      size="large"
      title={`${t('amend.title')} ${order.number}`}
      onClose={close}
      footer={
        <Flex gap={8} wrap justify="end" align="center">
          <Input
            value={reason}
            maxLength={500}
            style={{ flex: 1, minWidth: 180 }}
            aria-label={t('common.reason')}
            placeholder={t('common.reason_hint')}
            onChange={(event) => setReason(event.target.value)}
          />
          <Button
            type="primary"
            disabled={!changes.length || !possible || !reason.trim()}
            loading={amend.isPending}
            onClick={() => amend.mutate(changes)}
          >
            {t('amend.send')}
          </Button>
        </Flex>
      }
    >
      <Flex vertical gap={12}>
        <Lines order={order} quantities={quantities} set={(line, to) => setQuantities({ ...quantities, [line]: to })} />
        <NewLines dealerId={order.dealer_id} added={added} set={setAdded} />
        {!possible && <Alert type="warning" showIcon title={t('amend.nothing_left')} />}
        {possible && changes.length > 0 && <Prices order={order} changes={changes} />}
      </Flex>
    </Drawer>
  );
}

function Lines({ order, quantities, set }: { order: OrderResponse; quantities: Record<number, number>; set: (line: number, to: number) => void }) {
  const { t } = useTranslation();
  return (
    <DataTable
      size="small"
      rowKey="line_no"
      pagination={false}
      scroll={{ x: 'max-content' }}
      dataSource={order.lines}
      columns={[
        { title: t('order.sku'), dataIndex: 'sku' },
        { title: t('order.product'), dataIndex: 'name' },
        { title: t('order.ordered'), align: 'right', render: (_, line) => <Quantity value={line.quantity} unit={line.unit} /> },
        {
          title: t('amend.wanted'),
          render: (_, line) =>
            line.shipped > 0 ? (
              t('amend.has_left')
            ) : (
              <InputNumber
                min={0}
                precision={0}
                value={quantities[line.line_no] ?? line.quantity}
                aria-label={`${t('amend.wanted')} ${line.sku}`}
                onChange={(value) => set(line.line_no, value ?? line.quantity)}
              />
            ),
        },
      ]}
    />
  );
}

function NewLines({ dealerId, added, set }: { dealerId: string; added: NewLine[]; set: (lines: NewLine[]) => void }) {
  const { t } = useTranslation();
  const [sku, setSku] = useState('');
  const [quantity, setQuantity] = useState(1);
  const add = () => {
    if (!sku) return;
    set([...added.filter((line) => line.sku !== sku), { sku, quantity }]);
    setSku('');
    setQuantity(1);
  };
  return (
    <Flex vertical gap={8}>
      {added.map((line) => (
        <Space key={line.sku}>
          <span className="num">{line.sku}</span>
          <Quantity value={line.quantity} />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={`${t('amend.drop')} ${line.sku}`}
            onClick={() => set(added.filter((other) => other.sku !== line.sku))}
          />
        </Space>
      ))}
      <Space wrap>
        <SkuPicker dealerId={dealerId} value={sku} onChange={setSku} />
        <InputNumber min={1} precision={0} value={quantity} aria-label={t('catalog.quantity')} onChange={(value) => setQuantity(value ?? 1)} onPressEnter={add} />
        <Button disabled={!sku} onClick={add}>{t('amend.add')}</Button>
      </Space>
    </Flex>
  );
}

/** What the changed lines would cost today; the others keep their prices. */
function Prices({ order, changes }: { order: OrderResponse; changes: AmendedLineRequest[] }) {
  const { t } = useTranslation();
  const lines = changes.filter((line) => line.quantity > 0).map(({ sku, quantity }) => ({ sku, quantity }));
  const quote = useRead(
    ['amend', order.order_id, lines],
    () => catalogCreateQuote({ body: { dealer_id: order.dealer_id, lines } }),
    lines.length > 0,
  );
  const changed = new Set(changes.map((line) => line.line_no));
  const kept = order.lines.filter((line) => !changed.has(line.line_no)).reduce((sum, line) => sum + (line.gross_minor ?? 0), 0);
  if (quote.error) return <Alert type="warning" showIcon title={quote.error.message} />;
  return (
    <Flex vertical gap={4}>
      {quote.data?.lines.map((line) => (
        <Flex key={line.line_no} justify="space-between" gap={8}>
          <span>{`${line.sku} ${line.name}`}</span>
          <span><UnitPrice value={line.unit_price} /> · <Money minor={line.gross_minor} /></span>
        </Flex>
      ))}
      <Flex justify="space-between">
        <span>{t('amend.new_total')}</span>
        <strong><Money minor={order.total_minor} /> → <Money minor={kept + (quote.data?.total_minor ?? 0)} /></strong>
      </Flex>
    </Flex>
  );
}

/** What became of the latest amendment. */
export function AmendmentNotice({ order }: { order: OrderResponse }) {
  const { t } = useTranslation();
  const latest = order.amendment;
  if (!latest || latest.state === 'APPLIED') return null;
  const state = latest.state as 'PENDING' | 'REFUSED' | 'WITHDRAWN';
  const type = state === 'PENDING' ? 'info' : 'warning';
  return <Alert type={type} showIcon title={t(`amend.${state}`)} description={latest.refused ?? latest.reason} />;
}
