import { DownloadOutlined, UploadOutlined } from '@ant-design/icons';
import { Alert, type AutoComplete, Button, Card, Flex, Input, InputNumber, Space, Upload, type GetRef } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { type FilledCart, type LineResult, ordersQuickOrderSheet } from '../../api/client';
import { useAct } from '../../api/use';
import { useSession } from '../../app/session';
import { DealerPicker } from '../../components/DealerPicker';
import { SkuPicker } from '../../components/SkuPicker';
import { useSaid } from '../../components/texts';
import { parseSkuPaste, type Pasted } from '../../lib/parseSkuPaste';
import { sheetType } from '../../lib/sheets';
import { useUrlState } from '../../lib/useUrlState';
import { openCart, useAddToCart } from './useCart';
import { DataTable } from '../../components/DataTable';

/** Three ways to name many goods: type them, paste them, send a sheet. Every row gets its answer. */
export default function QuickOrder() {
  const { t } = useTranslation();
  const session = useSession();
  const [params, patch] = useUrlState();
  const dealerId = session.dealer_id ?? params.get('dealer_id');
  const [filled, setFilled] = useState<FilledCart>();
  return (
    <Flex vertical gap={12}>
      <h1 className="page-title">{t('nav.quick')}</h1>
      {!session.dealer_id && <DealerPicker value={dealerId} onChange={(dealer_id) => patch({ dealer_id })} />}
      {!session.dealer_id && dealerId && <Alert type="info" showIcon title={t('order.on_behalf')} />}
      {dealerId && (
        <>
          <Type dealerId={dealerId} done={setFilled} />
          <Paste dealerId={dealerId} done={setFilled} />
          <Sheet dealerId={dealerId} done={setFilled} />
        </>
      )}
      {filled && <Results filled={filled} />}
    </Flex>
  );
}

interface Way {
  dealerId: string;
  done: (filled: FilledCart) => void;
}

/** SKU, Enter, quantity, Enter: without a mouse. */
function Type({ dealerId, done }: Way) {
  const { t } = useTranslation();
  const [sku, setSku] = useState('');
  const [quantity, setQuantity] = useState(1);
  const counter = useRef<GetRef<typeof InputNumber>>(null);
  const field = useRef<GetRef<typeof AutoComplete>>(null);
  const add = useAddToCart(dealerId, (filled) => {
    done(filled);
    setSku('');
    setQuantity(1);
    field.current?.focus();
  });
  return (
    <Card size="small" title={t('quick.type')}>
      <Space wrap>
        <SkuPicker ref={field} autoFocus dealerId={dealerId} value={sku} onChange={setSku} onSelect={() => counter.current?.focus()} />
        <InputNumber
          ref={counter}
          min={1}
          precision={0}
          value={quantity}
          aria-label={t('catalog.quantity')}
          onChange={(value) => setQuantity(value ?? 1)}
          onPressEnter={() => sku && add.mutate([{ sku, quantity }])}
        />
        <Button type="primary" disabled={!sku} loading={add.isPending} onClick={() => add.mutate([{ sku, quantity }])}>{t('catalog.add')}</Button>
      </Space>
    </Card>
  );
}

function Paste({ dealerId, done }: Way) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [errors, setErrors] = useState<Pasted['errors']>([]);
  const add = useAddToCart(dealerId, (filled) => {
    done(filled);
    setText('');
  });
  const read = () => {
    const pasted = parseSkuPaste(text);
    setErrors(pasted.errors);
    if (pasted.lines.length && !pasted.errors.length) add.mutate(pasted.lines);
  };
  return (
    <Card size="small" title={t('quick.paste')}>
      <Flex vertical gap={8}>
        <Input.TextArea rows={4} value={text} placeholder={t('quick.paste_hint')} aria-label={t('quick.paste')} onChange={(event) => setText(event.target.value)} />
        {errors.map((error) => (
          <Alert key={error.line} type="warning" showIcon title={t('quick.unreadable', { line: error.line })} description={error.text} />
        ))}
        <Button type="primary" style={{ alignSelf: 'start' }} disabled={!text.trim()} loading={add.isPending} onClick={read}>{t('quick.add_all')}</Button>
      </Flex>
    </Card>
  );
}

function Sheet({ dealerId, done }: Way) {
  const { t } = useTranslation();
  const send = useAct(
    async (file: File, key) => {
      const cart_id = await openCart(dealerId, t('cart.new'));
      return ordersQuickOrderSheet({
        path: { cart_id },
        body: file,
        headers: { 'content-type': sheetType(file), 'idempotency-key': key },
      });
    },
    { done },
  );
  return (
    <Card size="small" title={t('quick.sheet')}>
      <Space wrap>
        <Upload
          accept=".csv,.xlsx"
          showUploadList={false}
          beforeUpload={(file) => {
            send.mutate(file);
            return false;
          }}
        >
          <Button icon={<UploadOutlined />} loading={send.isPending}>{t('quick.choose')}</Button>
        </Upload>
        <Button icon={<DownloadOutlined />} href="/api/v1/carts/quick-order-sample" download>{t('quick.sample')}</Button>
      </Space>
    </Card>
  );
}

function Results({ filled }: { filled: FilledCart }) {
  const { t } = useTranslation();
  const said = useSaid();
  const go = useNavigate();
  return (
    <Card
      size="small"
      title={t('quick.result', { taken: filled.taken, left: filled.left_out })}
      extra={<Button type="primary" onClick={() => void go(`/carts/${filled.cart.cart_id}`)}>{t('cart.go')}</Button>}
    >
      <DataTable<LineResult>
        size="small"
        rowKey="line"
        virtual={filled.results.length > 300}
        pagination={false}
        scroll={{ x: 600, y: 400 }}
        dataSource={filled.results.toSorted((a, b) => Number(a.result === 'ADDED') - Number(b.result === 'ADDED') || a.line - b.line)}
        columns={[
          { title: t('quick.line'), dataIndex: 'line', className: 'num', width: 80 },
          { title: t('order.sku'), dataIndex: 'sku', width: 160 },
          { title: t('catalog.quantity'), dataIndex: 'quantity', className: 'num', width: 100 },
          { title: t('quick.answer'), render: (_, result) => said(result.text_zh, result.text_en) },
        ]}
      />
      <Link to={`/carts/${filled.cart.cart_id}`}>{filled.cart.name}</Link>
    </Card>
  );
}
