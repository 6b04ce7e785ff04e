import { Alert, Button, Card, Flex, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import {
  type ApiError, type CartLineResponse, type CartResponse, catalogCreateQuote, ifMatch, ordersGetCart, ordersSetLines, ordersSubmitCart,
  type QuoteResponse,
} from '../../api/client';
import { useAct, useRead } from '../../api/use';
import { has, useSession } from '../../app/session';
import { Nothing, Shown } from '../../components/states';
import { Money, UnitPrice } from '../../components/texts';
import { PriceChangedDialog } from './PriceChangedDialog';
import { DataTable } from '../../components/DataTable';

/** A cart with what it costs now, to be changed and ordered. */
export default function Cart() {
  const { id = '' } = useParams();
  const cart = useRead(['carts', id], () => ordersGetCart({ path: { cart_id: id } }));
  return <Shown of={cart}>{(of) => (of.lines.length ? <Filled cart={of} /> : <Empty />)}</Shown>;
}

function Empty() {
  const { t } = useTranslation();
  return <Nothing next={<Link to="/catalog">{t('order.first')}</Link>} />;
}

function Filled({ cart }: { cart: CartResponse }) {
  const { t } = useTranslation();
  const session = useSession();
  const lines = cart.lines.filter((line) => line.for_sale);
  const quote = useRead(['carts', cart.cart_id, 'quote', cart.version], () =>
    catalogCreateQuote({ body: { dealer_id: cart.dealer_id, lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) } }),
  );
  const ordered = cart.order_ids.length > 0;
  return (
    <Flex vertical gap={12}>
      <h1 className="page-title">{cart.name}</h1>
      {has(session, 'SAL') && <Alert type="info" showIcon title={t('order.on_behalf')} />}
      {ordered && (
        <Alert type="success" showIcon title={t('cart.is_ordered')} action={<Link to={`/orders/${cart.order_ids[0]}`}>{t('common.open')}</Link>} />
      )}
      <Lines cart={cart} quote={quote.data} fixed={ordered} />
      {!ordered && quote.error && <Alert type="warning" showIcon title={quote.error.message} description={<Faults error={quote.error} />} />}
      {!ordered && quote.data && <Checkout cart={cart} quote={quote.data} />}
    </Flex>
  );
}

/** Which lines a refusal is about. */
function Faults({ error }: { error: ApiError }) {
  return (
    <ul>
      {error.problem.faults?.map((fault) => <li key={fault.pointer}>{`${fault.pointer} ${fault.fault}`}</li>)}
    </ul>
  );
}

function Lines({ cart, quote, fixed }: { cart: CartResponse; quote?: QuoteResponse; fixed: boolean }) {
  const { t } = useTranslation();
  const set = useAct((line: { sku: string; quantity: number }) =>
    ordersSetLines({ path: { cart_id: cart.cart_id }, body: { lines: [line] }, headers: ifMatch(cart.version) }),
  );
  const priced = new Map(quote?.lines.map((line) => [line.sku, line]));
  return (
    <Card size="small">
      <DataTable<CartLineResponse>
        size="small"
        rowKey="sku"
        pagination={false}
        virtual={cart.lines.length > 300}
        scroll={cart.lines.length > 300 ? { x: 700, y: 600 } : { x: 'max-content' }}
        dataSource={cart.lines}
        columns={[
          { title: t('order.sku'), dataIndex: 'sku', width: 130 },
          { title: t('order.product'), render: (_, line) => (line.for_sale ? line.name : <s>{line.name}</s>) },
          {
            title: t('catalog.quantity'),
            width: 150,
            render: (_, line) => (
              <InputNumber
                key={line.quantity}
                size="small"
                min={0}
                precision={0}
                disabled={fixed}
                defaultValue={line.quantity}
                aria-label={`${line.name} ${t('catalog.quantity')}`}
                suffix={line.unit}
                onBlur={(event) => {
                  const quantity = Number(event.target.value);
                  if (Number.isInteger(quantity) && quantity !== line.quantity) set.mutate({ sku: line.sku, quantity });
                }}
                onPressEnter={(event) => event.currentTarget.blur()}
              />
            ),
          },
          { title: t('order.price'), align: 'right', render: (_, line) => <UnitPrice value={priced.get(line.sku)?.unit_price} /> },
          { title: t('order.gross'), align: 'right', render: (_, line) => <Money minor={priced.get(line.sku)?.gross_minor} /> },
          { title: t('order.rule'), render: (_, line) => priced.get(line.sku)?.rule },
        ]}
      />
    </Card>
  );
}

function Checkout({ cart, quote }: { cart: CartResponse; quote: QuoteResponse }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [note, setNote] = useState('');
  const [dearer, setDearer] = useState<ApiError>();
  const submit = useAct(
    (expected: number, key) =>
      ordersSubmitCart({
        path: { cart_id: cart.cart_id },
        body: { quote: quote.quote, expected_total_minor: expected, note: note || null },
        headers: { 'idempotency-key': key },
      }),
    {
      said: t('cart.submitted'),
      done: ({ orders }) => void go(`/orders/${orders[0]?.order_id}`),
      failed: (error) => {
        const changed = error.problem.type.endsWith('price-changed');
        if (changed) setDearer(error);
        return changed;
      },
    },
  );
  return (
    <Card size="small">
      <Flex vertical gap={12}>
        <Input.TextArea rows={2} maxLength={500} placeholder={t('order.note')} aria-label={t('order.note')} value={note} onChange={(event) => setNote(event.target.value)} />
        <Flex justify="end" align="center" gap={16}>
          <span>{t('order.total')} <strong style={{ fontSize: 18 }}><Money minor={quote.total_minor} /></strong></span>
          <Button type="primary" size="large" loading={submit.isPending} onClick={() => submit.mutate(quote.total_minor)}>
            {t('cart.submit')}
          </Button>
        </Flex>
      </Flex>
      {dearer && (
        <PriceChangedDialog
          error={dearer}
          close={() => setDearer(undefined)}
          accept={(total) => {
            setDearer(undefined);
            submit.mutate(total);
          }}
        />
      )}
    </Card>
  );
}
