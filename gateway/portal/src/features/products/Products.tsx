import { Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { catalogActivateProduct, catalogImportSheet, catalogListProducts, catalogSuspendProduct, ifMatch, type ProductResponse, type ProductStatus } from '../../api/client';
import { usePages } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { DealerPicker } from '../../components/DealerPicker';
import { ListPage } from '../../components/ListPage';
import { SheetImport } from '../../components/SheetImport';
import { Status } from '../../components/Status';
import { UnitPrice, useSaid } from '../../components/texts';
import { sheetType } from '../../lib/sheets';
import { useUrlState } from '../../lib/useUrlState';
import { verbs } from '../../lib/actions';

const STATUSES: ProductStatus[] = ['ACTIVE', 'DRAFT', 'SUSPENDED', 'RETIRED'];

/** All products; with a dealer chosen, as he sees them and at his prices. */
export default function Products() {
  const { t } = useTranslation();
  const said = useSaid();
  const [params, patch] = useUrlState();
  const q = params.get('q');
  const dealer_id = params.get('dealer_id');
  const status = (params.get('status') ?? 'ACTIVE') as ProductStatus;
  const list = usePages<ProductResponse>(['products', 'all', q, status, dealer_id], (cursor) =>
    catalogListProducts({ query: { q, status: [status], dealer_id, cursor } }),
  );
  const name = (product: ProductResponse) => said(product.name_zh, product.name_en || product.name_zh);
  return (
    <ListPage<ProductResponse>
      title={t('nav.products')}
      rowKey="sku"
      list={list}
      search={t('catalog.search')}
      exported="/api/v1/products/export"
      actions={
        <SheetImport
          title={t('sheet.import')}
          send={(file, dry_run) => catalogImportSheet({ body: file, query: { dry_run }, headers: { 'content-type': sheetType(file) } })}
        />
      }
      tabs={{ param: 'status', items: STATUSES.map((key) => ({ key, label: t(`product.status.${key}`) })) }}
      filters={<DealerPicker value={dealer_id} onChange={(id) => patch({ dealer_id: id })} />}
      columns={[
        { title: t('order.sku'), dataIndex: 'sku', className: 'num' },
        { title: t('order.product'), render: (_, product) => name(product) },
        { title: t('catalog.category'), dataIndex: 'category' },
        { title: t('catalog.unit'), dataIndex: 'unit' },
        { title: t('product.tax'), align: 'right', render: (_, product) => `${product.tax_rate_bp / 100} %` },
        { title: t('catalog.price'), align: 'right', render: (_, product) => <UnitPrice value={product.price?.unit_price} /> },
        { title: '', key: 'act', render: (_, product) => <Actions product={product} /> },
      ]}
      card={(product) => (
        <Flex justify="space-between">
          <span><strong className="num">{product.sku}</strong> {name(product)}</span>
          <Status code={product.status} word={t(`product.status.${product.status}`)} />
        </Flex>
      )}
    />
  );
}

function Actions({ product }: { product: ProductResponse }) {
  const { t } = useTranslation();
  const path = { sku: product.sku };
  const headers = ifMatch(product.version);
  if (verbs(product.allowed_actions).has('activate')) {
    return <ActionButton size="small" label={t('product.activate')} said={t('product.activated')} act={() => catalogActivateProduct({ path, headers })} />;
  }
  if (verbs(product.allowed_actions).has('suspend')) {
    return <ActionButton size="small" danger label={t('product.suspend')} said={t('product.suspended')} act={() => catalogSuspendProduct({ path, headers })} />;
  }
  return null;
}
