import { Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { inventoryListPickTasks, inventoryPostOutbound, type PickTaskSummary } from '../../api/client';
import { usePages } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { ListPage } from '../../components/ListPage';
import { Quantity, Time } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';

/** What is picked and may leave: posting the outbound note 出库单 takes it from the stock. */
export default function Outbound() {
  const { t } = useTranslation();
  const [params] = useUrlState();
  const q = params.get('q') ?? undefined;
  const list = usePages<PickTaskSummary>(['pick-tasks', 'picked', q], (cursor) => inventoryListPickTasks({ query: { status: ['PICKED'], q, cursor } }));
  const post = (task: PickTaskSummary) =>
    task.allowed_actions.includes('post') && (
      <ActionButton
        type="primary"
        size="small"
        label={t('outbound.post')}
        said={t('outbound.posted')}
        act={(key) => inventoryPostOutbound({ body: { pick_task_id: task.pick_task_id }, headers: { 'idempotency-key': key } })}
      />
    );
  return (
    <ListPage<PickTaskSummary>
      title={t('nav.outbound')}
      rowKey="pick_task_id"
      list={list}
      search={t('pick.search')}
      columns={[
        { title: t('pick.number'), render: (_, task) => <Link to={`/pick-tasks/${task.pick_task_id}`} className="num">{task.number}</Link> },
        { title: t('order.number'), dataIndex: 'order_number', className: 'num' },
        { title: t('order.dealer'), dataIndex: 'dealer_name' },
        { title: t('order.picked'), align: 'right', render: (_, task) => <Quantity value={task.picked} /> },
        { title: t('common.when'), render: (_, task) => <Time at={task.completed_at} /> },
        { title: '', key: 'post', render: (_, task) => post(task) },
      ]}
      card={(task) => (
        <Flex justify="space-between" align="center">
          <span><strong className="num">{task.number}</strong> {task.dealer_name}</span>
          {post(task)}
        </Flex>
      )}
    />
  );
}
