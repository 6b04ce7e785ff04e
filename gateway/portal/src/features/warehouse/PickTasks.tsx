import { Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { inventoryCountPickTasks, inventoryListPickTasks, type PickStatus, type PickTaskSummary } from '../../api/client';
import { usePages, useRead } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { Quantity, Time } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';

const STATUSES: PickStatus[] = ['OPEN', 'PICKING', 'PICKED', 'PUT_BACK', 'SHIPPED'];

/** Pick tasks 配货单 of the picker's warehouses, oldest first. */
export default function PickTasks() {
  const { t } = useTranslation();
  const [params] = useUrlState();
  const status = (params.get('status') ?? 'OPEN') as PickStatus;
  const q = params.get('q') ?? undefined;
  const counts = useRead(['pick-tasks', 'counts'], () => inventoryCountPickTasks());
  const list = usePages<PickTaskSummary>(['pick-tasks', status, q], (cursor) => inventoryListPickTasks({ query: { status: [status], q, cursor } }));
  return (
    <ListPage<PickTaskSummary>
      title={t('nav.picking')}
      rowKey="pick_task_id"
      list={list}
      search={t('pick.search')}
      tabs={{ param: 'status', items: STATUSES.map((key) => ({ key, label: t(`pick.status.${key}`), count: counts.data?.[key] ?? 0 })) }}
      columns={[
        { title: t('pick.number'), render: (_, task) => <Link to={`/pick-tasks/${task.pick_task_id}`} className="num">{task.number}</Link> },
        { title: t('order.number'), dataIndex: 'order_number', className: 'num' },
        { title: t('order.dealer'), dataIndex: 'dealer_name' },
        { title: t('pick.quantity'), align: 'right', render: (_, task) => <Quantity value={task.quantity} /> },
        { title: t('order.picked'), align: 'right', render: (_, task) => <Quantity value={task.picked} /> },
        { title: t('common.when'), render: (_, task) => <Time at={task.created_at} /> },
      ]}
      card={(task) => (
        <Link to={`/pick-tasks/${task.pick_task_id}`} style={{ color: 'inherit' }}>
          <Flex justify="space-between">
            <strong className="num">{task.number}</strong>
            <Status code={task.status} word={t(`pick.status.${task.status}`)} />
          </Flex>
          <Flex justify="space-between">
            <span>{task.dealer_name}</span>
            <span><Quantity value={task.picked} /> / <Quantity value={task.quantity} /></span>
          </Flex>
        </Link>
      )}
    />
  );
}
