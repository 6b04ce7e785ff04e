import { Alert, Card, Col, Descriptions, Flex, Row } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { inventoryListShipments, type OrderResponse, ordersGetOrder, type OrdersShipmentResponse } from '../../api/client';
import { useRead } from '../../api/use';
import { Shown } from '../../components/states';
import { Status } from '../../components/Status';
import { Money, Quantity, Time, UnitPrice, useSaid } from '../../components/texts';
import { AmendmentNotice } from './AmendOrder';
import { OrderActions } from './OrderActions';
import { OrderSteps } from './OrderSteps';
import { OrderTimeline } from './OrderTimeline';
import { DataTable } from '../../components/DataTable';

/** One order: where it stands, what of it has moved, and what its reader may do. */
export default function Order() {
  const { id = '' } = useParams();
  const order = useRead(['orders', id], () => ordersGetOrder({ path: { order_id: id } }));
  return <Shown of={order}>{(of) => <Sheet order={of} />}</Shown>;
}

function Sheet({ order }: { order: OrderResponse }) {
  const { t } = useTranslation();
  const said = useSaid();
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" align="center" wrap gap={8}>
        <Flex align="center" gap={12} wrap>
          <h1 className="page-title num">{order.number}</h1>
          <Status code={order.status} word={said(order.display_zh, order.display_en)} />
          <Status code={order.payment_status} word={t(`pay.${order.payment_status}`, order.payment_status)} />
        </Flex>
        <OrderActions order={order} />
      </Flex>
      {order.holds.map((hold) => (
        <Alert key={hold.kind} type="warning" showIcon title={`${t(`hold.${hold.kind}`)} · ${t(`role.${hold.owner}`, hold.owner)}`} description={<HoldTimes hold={hold} />} />
      ))}
      <AmendmentNotice order={order} />
      {order.reason && <Alert type="warning" showIcon title={order.reason} />}
      {order.on_behalf && <Alert type="info" showIcon title={t('order.on_behalf')} />}
      <Card size="small"><OrderSteps order={order} /></Card>
      <Row gutter={[12, 12]}>
        <Col xs={24} xl={16}>
          <Flex vertical gap={12}>
            <Amounts order={order} />
            <Lines order={order} />
            {order.shipments.length > 0 && <Shipments orderId={order.order_id} shipments={order.shipments} />}
          </Flex>
        </Col>
        <Col xs={24} xl={8}><OrderTimeline orderId={order.order_id} /></Col>
      </Row>
    </Flex>
  );
}

function HoldTimes({ hold }: { hold: OrderResponse['holds'][number] }) {
  const { t } = useTranslation();
  return (
    <Flex gap={12} wrap>
      <span>{hold.reason}</span>
      {hold.since && <span>{t('order.since')} <Time at={hold.since} /></span>}
      {hold.until && <span>{t('order.until')} <Time at={hold.until} /></span>}
    </Flex>
  );
}

function Amounts({ order }: { order: OrderResponse }) {
  const { t } = useTranslation();
  const total = order.total_minor;
  return (
    <Card size="small">
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, lg: 3 }}
        items={[
          { key: 'total', label: t('order.total'), children: <Money minor={total} /> },
          { key: 'covered', label: t('order.covered'), children: <Money minor={order.covered_minor} /> },
          { key: 'open', label: t('order.open'), children: <Money minor={total === null ? null : Math.max(0, total - order.covered_minor)} /> },
          { key: 'terms', label: t('order.terms'), children: t(`terms.${order.terms.kind}`) },
          { key: 'at', label: t('order.submitted'), children: <Time at={order.submitted_at} /> },
          { key: 'confirmed', label: t('order.confirmed_at'), children: <Time at={order.confirmed_at} /> },
          ...(order.note ? [{ key: 'note', label: t('order.note'), children: order.note }] : []),
        ]}
      />
    </Card>
  );
}

function Lines({ order }: { order: OrderResponse }) {
  const { t } = useTranslation();
  return (
    <Card size="small" title={t('order.lines')}>
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
          { title: t('order.picked'), align: 'right', render: (_, line) => <Quantity value={line.picked} /> },
          { title: t('order.shipped'), align: 'right', render: (_, line) => <Quantity value={line.shipped} /> },
          { title: t('order.backordered'), align: 'right', render: (_, line) => (line.backordered ? <strong><Quantity value={line.backordered} /></strong> : '–') },
          { title: t('order.received'), align: 'right', render: (_, line) => <Quantity value={line.received} /> },
          { title: t('order.price'), align: 'right', render: (_, line) => <UnitPrice value={line.unit_price} /> },
          { title: t('order.gross'), align: 'right', render: (_, line) => <Money minor={line.gross_minor} /> },
        ]}
      />
      <Flex justify="end" gap={12} style={{ paddingTop: 12 }}>
        {t('order.total')}
        <strong><Money minor={order.total_minor} /></strong>
      </Flex>
    </Card>
  );
}

function Shipments({ orderId, shipments }: { orderId: string; shipments: OrdersShipmentResponse[] }) {
  const { t } = useTranslation();
  const sent = useRead(['shipments', orderId], () => inventoryListShipments({ query: { order_id: orderId, limit: 100 } }));
  const from = new Map(sent.data?.items.map((it) => [it.shipment_id, it.warehouse_name]));
  return (
    <Card size="small" title={t('order.shipments')}>
      <Flex vertical gap={8}>
        {shipments.map((shipment) => (
          <Flex key={shipment.shipment_id} gap={12} wrap align="center">
            <Link to={`/delivery?q=${shipment.number}`} className="num">{shipment.number}</Link>
            <Status code={shipment.status} word={t(`shipment.${shipment.status}`)} />
            <span>{from.get(shipment.shipment_id)}</span>
            {shipment.invoice_number && <span className="num">{`${t('order.invoice')} ${shipment.invoice_number}`}</span>}
          </Flex>
        ))}
      </Flex>
    </Card>
  );
}
