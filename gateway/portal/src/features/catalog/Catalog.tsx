import { Button, Flex, InputNumber, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { catalogListCategories, catalogListProducts, type ProductResponse } from '../../api/client';
import { usePages, useRead } from '../../api/use';
import { useSession } from '../../app/session';
import { DealerPicker } from '../../components/DealerPicker';
import { ListPage } from '../../components/ListPage';
import { Quantity, UnitPrice, useSaid } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';
import { useAddToCart } from '../carts/useCart';

/** What a dealer can buy, at his own prices; a salesperson sees it as one of his dealers does. */
export default function Catalog() {
  const { t } = useTranslation();
  const said = useSaid();
  const session = useSession();
  const [params, patch] = useUrlState();
  const q = params.get('q');
  const category = params.get('category');
  const dealerId = session.dealer_id ?? params.get('dealer_id');
  const categories = useRead(['categories'], () => catalogListCategories());
  const list = usePages<ProductResponse>(['products', q, category, dealerId], (cursor) =>
    catalogListProducts({ query: { q, category, cursor, dealer_id: dealerId, status: ['ACTIVE'] } }),
  );
  const name = (product: ProductResponse) => said(product.name_zh, product.name_en || product.name_zh);
  return (
    <ListPage<ProductResponse>
      title={t('nav.catalog')}
      rowKey="sku"
      list={list}
      search={t('catalog.search')}
      filters={
        <>
          {!session.dealer_id && <DealerPicker value={dealerId} onChange={(dealer_id) => patch({ dealer_id })} />}
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('catalog.category')}
            aria-label={t('catalog.category')}
            value={category}
            style={{ minWidth: 160 }}
            options={categories.data?.map((it) => ({ value: it.code, label: said(it.name_zh, it.name_en || it.name_zh) }))}
            onChange={(value) => patch({ category: value ?? undefined })}
          />
        </>
      }
      columns={[
        { title: t('order.sku'), dataIndex: 'sku' },
        { title: t('order.product'), render: (_, product) => name(product) },
        { title: t('catalog.unit'), dataIndex: 'unit' },
        { title: t('catalog.price'), align: 'right', render: (_, product) => <UnitPrice value={product.price?.unit_price} /> },
        { title: t('catalog.next_break'), render: (_, product) => <NextBreak product={product} /> },
        { title: '', key: 'add', render: (_, product) => <Add product={product} dealerId={dealerId} name={name(product)} /> },
      ]}
      card={(product) => (
        <Flex vertical gap={4}>
          <strong>{name(product)}</strong>
          <Flex justify="space-between">
            <span className="num">{product.sku}</span>
            <UnitPrice value={product.price?.unit_price} />
          </Flex>
          <NextBreak product={product} />
          <Add product={product} dealerId={dealerId} name={name(product)} />
        </Flex>
      )}
    />
  );
}

/** From which quantity on it is cheaper. */
function NextBreak({ product }: { product: ProductResponse }) {
  const { t } = useTranslation();
  const next = product.price?.next_break;
  if (!next) return null;
  return (
    <span>
      <Quantity value={next.min_quantity} unit={product.unit} /> {t('catalog.and_more')} <UnitPrice value={next.unit_price} />
    </span>
  );
}

function Add({ product, dealerId, name }: { product: ProductResponse; dealerId: string | null; name: string }) {
  const { t } = useTranslation();
  const limits = product.order_limits;
  const [quantity, setQuantity] = useState(limits?.minimum ?? product.price?.min_quantity ?? 1);
  const add = useAddToCart(dealerId);
  return (
    <Space.Compact>
      <InputNumber
        min={1}
        precision={0}
        step={limits?.multiple ?? 1}
        value={quantity}
        aria-label={`${name} ${t('catalog.quantity')}`}
        onChange={(value) => setQuantity(value ?? 1)}
        style={{ width: 90 }}
      />
      <Button
        disabled={!product.price || !dealerId}
        loading={add.isPending}
        aria-label={`${t('catalog.add')} ${name}`}
        onClick={() => add.mutate([{ sku: product.sku, quantity }])}
      >
        {t('catalog.add')}
      </Button>
    </Space.Compact>
  );
}
