import { Button, Flex, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type DealerStatus, type DealerSummary, dealersListDealers, type Tier } from '../../api/client';
import { usePages } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { useUrlState } from '../../lib/useUrlState';
import { TIERS } from './Tree';

const STATUSES: DealerStatus[] = ['ACTIVE', 'SUSPENDED', 'ON_STOP', 'EXITING', 'EXITED'];

/** Dealers: a salesperson's own, or all. */
export default function Dealers() {
  const { t } = useTranslation();
  const [params, patch] = useUrlState();
  const q = params.get('q');
  const status = (params.get('status') ?? 'ACTIVE') as DealerStatus;
  const tier = params.get('tier') as Tier | null;
  const superior_id = params.get('superior_id');
  const list = usePages<DealerSummary>(['dealers', q, status, tier, superior_id], (cursor) => dealersListDealers({ query: { q, status: [status], tier: tier && [tier], superior_id, cursor } }));
  return (
    <ListPage<DealerSummary>
      title={t('nav.dealers')}
      rowKey="dealer_id"
      list={list}
      search={t('dealer.search')}
      actions={<Link to="/tiers"><Button>{t('tiers.title')}</Button></Link>}
      tabs={{ param: 'status', items: STATUSES.map((key) => ({ key, label: t(`dealer.status.${key}`) })) }}
      filters={
        <Select
          allowClear
          placeholder={t('dealer.tier')}
          aria-label={t('dealer.tier')}
          value={tier}
          style={{ minWidth: 120 }}
          options={TIERS.map((value) => ({ value, label: t(`tier.${value}`) }))}
          onChange={(value) => patch({ tier: value ?? undefined })}
        />
      }
      columns={[
        { title: t('dealer.code'), dataIndex: 'code', className: 'num' },
        { title: t('application.name'), render: (_, of) => <Link to={`/dealers/${of.dealer_id}`}>{of.name}</Link> },
        { title: t('dealer.tier'), render: (_, of) => t(`tier.${of.tier}`) },
        { title: t('application.place'), render: (_, of) => `${of.province} ${of.city}` },
        { title: t('dealer.salesperson'), dataIndex: 'salesperson_name' },
        { title: t('order.status'), render: (_, of) => <Status code={of.status} word={t(`dealer.status.${of.status}`)} /> },
      ]}
      card={(of) => (
        <Link to={`/dealers/${of.dealer_id}`}>
          <Flex justify="space-between">
            <strong>{of.name}</strong>
            <Status code={of.status} word={t(`dealer.status.${of.status}`)} />
          </Flex>
          {`${t(`tier.${of.tier}`)} · ${of.province} ${of.city}`}
        </Link>
      )}
    />
  );
}
