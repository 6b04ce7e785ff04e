import { Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { inventoryListStock, type StockResponse } from '../../api/client';
import { usePages } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Quantity } from '../../components/texts';
import { WarehousePicker } from '../../components/WarehousePicker';
import { useUrlState } from '../../lib/useUrlState';

type Row = StockResponse & { key: string };

/** On hand, reserved, available, on the way: by warehouse and SKU. */
export default function Stock() {
  const { t } = useTranslation();
  const [params, patch] = useUrlState();
  const q = params.get('q') ?? undefined;
  const warehouse_id = params.get('warehouse_id');
  const list = usePages<Row>(['stock', q, warehouse_id], async (cursor) => {
    const { data } = await inventoryListStock({ query: { q, warehouse_id, cursor } });
    return { data: { ...data, items: data.items.map((row) => ({ ...row, key: `${row.warehouse_id} ${row.sku}` })) } };
  });
  return (
    <ListPage<Row>
      title={t('nav.stock')}
      rowKey="key"
      list={list}
      search={t('catalog.search')}
      filters={<WarehousePicker allowClear value={warehouse_id} onChange={(id) => patch({ warehouse_id: id })} />}
      columns={[
        { title: t('dealer.warehouse'), dataIndex: 'warehouse_code' },
        { title: t('order.sku'), dataIndex: 'sku', className: 'num' },
        { title: t('order.product'), dataIndex: 'name' },
        { title: t('stock.on_hand'), align: 'right', render: (_, row) => <Quantity value={row.on_hand} unit={row.unit} /> },
        { title: t('stock.reserved'), align: 'right', render: (_, row) => <Quantity value={row.reserved} /> },
        { title: t('stock.available'), align: 'right', render: (_, row) => <Quantity value={row.available} /> },
        { title: t('stock.in_transit'), align: 'right', render: (_, row) => <Quantity value={row.in_transit} /> },
      ]}
      card={(row) => (
        <Flex justify="space-between">
          <span><strong className="num">{row.sku}</strong> {row.name}</span>
          <Quantity value={row.available} unit={row.unit} />
        </Flex>
      )}
    />
  );
}
