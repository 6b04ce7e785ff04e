import { Flex, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { type AuditEntry, gatewayListAuditLog } from '../../api/client';
import { usePages } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Time } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';

const Facts = ({ of }: { of: object }) => (
  <Typography.Text code style={{ whiteSpace: 'pre-wrap' }}>{JSON.stringify(of)}</Typography.Text>
);

/** Who changed what, and how it was before. */
export default function AuditLog() {
  const { t } = useTranslation();
  const [params] = useUrlState();
  const action = params.get('q');
  const list = usePages<AuditEntry>(['audit-log', action], (cursor) => gatewayListAuditLog({ query: { action, cursor } }));
  return (
    <ListPage<AuditEntry>
      title={t('nav.audit')}
      rowKey="entry_id"
      list={list}
      search={t('audit.search')}
      exported="/api/v1/audit-log/export"
      columns={[
        { title: t('common.when'), render: (_, entry) => <Time at={entry.at} /> },
        { title: t('audit.actor'), dataIndex: 'actor' },
        { title: t('audit.action'), dataIndex: 'action' },
        { title: t('audit.subject'), dataIndex: 'subject_id', className: 'num' },
        { title: t('audit.facts'), render: (_, entry) => <Facts of={entry.facts} /> },
        { title: t('audit.before'), render: (_, entry) => <Facts of={entry.before} /> },
      ]}
      card={(entry) => (
        <Flex vertical>
          <strong>{entry.action}</strong>
          <span>{entry.actor} <Time at={entry.at} /></span>
        </Flex>
      )}
    />
  );
}
