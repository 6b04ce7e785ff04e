import { Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { catalogListPriceLists, type PriceListSummary } from '../../api/client';
import { usePages } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { Time } from '../../components/texts';

/** Price lists with their newest versions. */
export default function PriceLists() {
  const { t } = useTranslation();
  const list = usePages<PriceListSummary>(['price-lists'], (cursor) => catalogListPriceLists({ query: { cursor } }));
  const status = (of: PriceListSummary) => <Status code={of.status} word={t(`price_list.status.${of.status}`)} />;
  return (
    <ListPage<PriceListSummary>
      title={t('nav.price_lists')}
      rowKey="price_list_id"
      list={list}
      columns={[
        { title: t('dealer.code'), render: (_, of) => <Link to={`/price-lists/${of.price_list_id}`}>{of.code}</Link> },
        { title: t('price_list.name'), dataIndex: 'name' },
        { title: t('dealer.tier'), render: (_, of) => of.tier && t(`tier.${of.tier}`, of.tier) },
        { title: t('application.province'), dataIndex: 'province' },
        { title: t('price_list.version'), align: 'right', dataIndex: 'version', className: 'num' },
        { title: t('price_list.valid_from'), render: (_, of) => <Time at={of.valid_from} /> },
        { title: t('price_list.valid_to'), render: (_, of) => <Time at={of.valid_to} /> },
        { title: t('order.status'), render: (_, of) => status(of) },
      ]}
      card={(of) => (
        <Link to={`/price-lists/${of.price_list_id}`}>
          <Flex justify="space-between">
            <strong>{of.name}</strong>
            {status(of)}
          </Flex>
        </Link>
      )}
    />
  );
}
