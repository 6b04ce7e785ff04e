import { Button, Flex, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  ifMatch, inventoryCountShipments, inventoryDeliverShipment, inventoryListShipments, inventoryReceiveShipment, type ShipmentStatus,
  type ShipmentSummary,
} from '../../api/client';
import { useAct, usePages, useRead } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { Quantity, Time } from '../../components/texts';
import { useAskReason } from '../../components/useAskReason';
import { useUrlState } from '../../lib/useUrlState';
import { DispatchDialog } from './DispatchDialog';

const STATUSES: ShipmentStatus[] = ['READY', 'IN_TRANSIT', 'DELIVERED', 'RECEIVED'];

/** Shipments 待配送, 待收货, 已送达, 已收货: the driver's, the warehouse's, the dealer's. */
export default function Delivery() {
  const { t } = useTranslation();
  const [params] = useUrlState();
  const q = params.get('q') ?? undefined;
  const status = (params.get('status') ?? 'READY') as ShipmentStatus;
  const counts = useRead(['shipments', 'counts'], () => inventoryCountShipments());
  const list = usePages<ShipmentSummary>(['shipments', status, q], (cursor) =>
    inventoryListShipments({ query: { status: q ? undefined : [status], q, cursor } }),
  );
  return (
    <ListPage<ShipmentSummary>
      title={t('nav.delivery')}
      rowKey="shipment_id"
      list={list}
      search={t('delivery.search')}
      tabs={{ param: 'status', items: STATUSES.map((key) => ({ key, label: t(`shipment.${key}`), count: counts.data?.[key] ?? 0 })) }}
      columns={[
        { title: t('delivery.number'), dataIndex: 'number', className: 'num' },
        { title: t('order.number'), render: (_, of) => <Link to={`/orders/${of.order_id}`} className="num">{of.order_number}</Link> },
        { title: t('order.dealer'), dataIndex: 'dealer_name' },
        { title: t('pick.quantity'), align: 'right', render: (_, of) => <Quantity value={of.quantity} /> },
        { title: t('order.status'), render: (_, of) => <Status code={of.status} word={t(`shipment.${of.status}`)} /> },
        { title: t('delivery.tracking'), dataIndex: 'tracking_number', className: 'num' },
        { title: t('common.when'), render: (_, of) => <Time at={of.received_at ?? of.delivered_at ?? of.dispatched_at ?? of.posted_at} /> },
        { title: '', key: 'act', render: (_, of) => <Actions shipment={of} /> },
      ]}
      card={(of) => (
        <Flex vertical gap={4}>
          <Flex justify="space-between">
            <strong className="num">{of.number}</strong>
            <Status code={of.status} word={t(`shipment.${of.status}`)} />
          </Flex>
          <Flex justify="space-between">
            <span>{of.dealer_name}</span>
            <Quantity value={of.quantity} />
          </Flex>
          <Actions shipment={of} />
        </Flex>
      )}
    />
  );
}

function Actions({ shipment }: { shipment: ShipmentSummary }) {
  const { t } = useTranslation();
  const askProof = useAskReason();
  const [dispatching, setDispatching] = useState(false);
  const path = { shipment_id: shipment.shipment_id };
  const headers = (key: string) => ({ ...ifMatch(shipment.version), 'idempotency-key': key });
  const deliver = useAct((proof: string, key) => inventoryDeliverShipment({ path, body: { proof }, headers: headers(key) }), { said: t('delivery.delivered') });
  const may = new Set(shipment.allowed_actions);
  return (
    <Space>
      {may.has('dispatch') && <Button type="primary" onClick={() => setDispatching(true)}>{t('delivery.dispatch')}</Button>}
      {may.has('deliver') && (
        <Button type="primary" loading={deliver.isPending} onClick={() => askProof(t('delivery.deliver'), deliver.mutate, t('delivery.proof'))}>{t('delivery.deliver')}</Button>
      )}
      {may.has('receive') && (
        <ActionButton type="primary" label={t('delivery.receive')} said={t('delivery.received')} act={(key) => inventoryReceiveShipment({ path, headers: headers(key) })} />
      )}
      {dispatching && <DispatchDialog shipment={shipment} close={() => setDispatching(false)} />}
    </Space>
  );
}
