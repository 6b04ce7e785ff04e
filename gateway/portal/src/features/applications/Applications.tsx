import { Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type ApplicationSummary, type DealersStatus, dealersListApplications } from '../../api/client';
import { usePages } from '../../api/use';
import { has, useSession } from '../../app/session';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { Time } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';

const STATUSES: DealersStatus[] = ['SUBMITTED', 'SCREENED', 'RETURNED', 'APPROVED', 'REJECTED'];

/** Applications: the salesperson's to screen first, the administrator's to approve. */
export default function Applications() {
  const { t } = useTranslation();
  const session = useSession();
  const [params] = useUrlState();
  const first: DealersStatus = has(session, 'ADM') ? 'SCREENED' : 'SUBMITTED';
  const tabs = [first, ...STATUSES.filter((status) => status !== first)];
  const status = (params.get('status') ?? first) as DealersStatus;
  const list = usePages<ApplicationSummary>(['applications', status], (cursor) => dealersListApplications({ query: { status: [status], cursor } }));
  const word = (of: DealersStatus) => t(`application.status.${of}`);
  return (
    <ListPage<ApplicationSummary>
      title={t('nav.applications')}
      rowKey="application_id"
      list={list}
      tabs={{ param: 'status', items: tabs.map((key) => ({ key, label: word(key) })) }}
      columns={[
        { title: t('application.name'), render: (_, it) => <Link to={`/applications/${it.application_id}`}>{it.name}</Link> },
        { title: t('application.credit_code'), dataIndex: 'credit_code', className: 'num' },
        { title: t('application.place'), render: (_, it) => `${it.province} ${it.city}` },
        { title: t('application.screener'), dataIndex: 'screener_name' },
        { title: t('order.status'), render: (_, it) => <Status code={it.status} word={word(it.status)} /> },
        { title: t('order.submitted'), render: (_, it) => <Time at={it.submitted_at} /> },
      ]}
      card={(it) => (
        <Link to={`/applications/${it.application_id}`}>
          <Flex justify="space-between">
            <strong>{it.name}</strong>
            <Status code={it.status} word={word(it.status)} />
          </Flex>
          {`${it.province} ${it.city}`}
        </Link>
      )}
    />
  );
}
