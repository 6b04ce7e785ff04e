import { Flex, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ordersCountOrders, ordersListOrders, type OrdersStatus, type OrderSummary } from '../../api/client';
import { usePages, useRead } from '../../api/use';
import { has, useSession } from '../../app/session';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { Money, Time } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';
import { ConfirmAll } from './ConfirmAll';

const STATUSES: OrdersStatus[] = [
  'SUBMITTED', 'ON_HOLD', 'PENDING_CONFIRMATION', 'CONFIRMED', 'IN_FULFILMENT', 'COMPLETED', 'CLOSED_SHORT',
  'CANCELLING', 'CANCELLED', 'REJECTED', 'EXPIRED',
];
const QUEUES = ['SAL', 'FIN', 'PCK', 'WHS', 'DLV', 'DLR'] as const;

/** Orders: a dealer's own, a salesperson's dealers', or everybody's; in tabs by whom they wait for. */
export default function Orders() {
  const { t } = useTranslation();
  const session = useSession();
  const [params, patch] = useUrlState();
  const status = params.get('status') as OrdersStatus | null;
  const queue = params.get('queue');
  const number = params.get('q');
  const counts = useRead(['orders', 'counts'], () => ordersCountOrders());
  const list = usePages<OrderSummary>(['orders', status, queue, number], (cursor) =>
    ordersListOrders({ query: { cursor, number, queue, status: status && [status] } }),
  );
  return (
    <ListPage<OrderSummary>
      title={t('nav.orders')}
      rowKey="order_id"
      list={list}
      search={t('order.search')}
      tabs={{
        param: 'queue',
        items: [
          { key: '', label: t('common.all') },
          ...QUEUES.map((role) => ({ key: role, label: t(`queue.${role}`), count: counts.data?.[role] ?? 0 })),
        ],
      }}
      filters={
        <Select
          allowClear
          placeholder={t('order.status')}
          aria-label={t('order.status')}
          value={status}
          style={{ minWidth: 140 }}
          options={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
          onChange={(value) => patch({ status: value ?? undefined })}
        />
      }
      bulk={
        has(session, 'SAL') && queue === 'SAL'
          ? (keys, clear) => <ConfirmAll orders={list.items?.filter((it) => keys.includes(it.order_id)) ?? []} done={clear} />
          : undefined
      }
      next={has(session, 'DLR') && <Link to="/catalog">{t('order.first')}</Link>}
      columns={[
        { title: t('order.number'), render: (_, order) => <Link to={`/orders/${order.order_id}`}>{order.number}</Link> },
        { title: t('order.dealer'), dataIndex: 'dealer_name' },
        {
          title: t('order.status'),
          render: (_, order) => <Status code={order.status} word={t(`status.${order.status}`)} />,
        },
        { title: t('order.total'), align: 'right', render: (_, order) => <Money minor={order.total_minor} /> },
        { title: t('order.submitted'), render: (_, order) => <Time at={order.submitted_at} /> },
      ]}
      card={(order) => (
        <Link to={`/orders/${order.order_id}`} style={{ color: 'inherit' }}>
          <Flex justify="space-between">
            <strong className="num">{order.number}</strong>
            <Status code={order.status} word={t(`status.${order.status}`)} />
          </Flex>
          <Flex justify="space-between">
            <span>{order.dealer_name}</span>
            <Money minor={order.total_minor} />
          </Flex>
          <Time at={order.submitted_at} />
        </Link>
      )}
    />
  );
}
