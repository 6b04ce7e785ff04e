import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { inventoryListWarehouses } from '../api/client';
import { useRead } from '../api/use';

interface Props {
  value?: string | null;
  onChange?: (warehouseId: string | undefined) => void;
  allowClear?: boolean;
}

/** One of the caller's warehouses. */
export function WarehousePicker({ value, onChange, allowClear }: Props) {
  const { t } = useTranslation();
  const warehouses = useRead(['warehouses'], () => inventoryListWarehouses({ query: { limit: 100 } }));
  return (
    <Select
      allowClear={allowClear}
      placeholder={t('dealer.warehouse')}
      aria-label={t('dealer.warehouse')}
      style={{ minWidth: 160 }}
      value={value ?? undefined}
      options={warehouses.data?.items.map((it) => ({ value: it.warehouse_id, label: it.name }))}
      onChange={(warehouseId: string | undefined) => onChange?.(warehouseId)}
    />
  );
}
