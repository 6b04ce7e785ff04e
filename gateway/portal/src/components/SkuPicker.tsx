import { AutoComplete, type GetRef } from 'antd';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { catalogListProducts } from '../api/client';
import { useRead } from '../api/use';
import { useSaid } from './texts';

interface Props {
  dealerId: string;
  value: string;
  onChange: (sku: string) => void;
  onSelect?: () => void;
  autoFocus?: boolean;
  ref?: Ref<GetRef<typeof AutoComplete>>;
}

/** A product by code or name, from what this dealer may buy. */
export function SkuPicker({ dealerId, value, ...rest }: Props) {
  const { t } = useTranslation();
  const said = useSaid();
  const found = useRead(
    ['products', 'typed', value, dealerId],
    () => catalogListProducts({ query: { q: value, dealer_id: dealerId, limit: 10 } }),
    value.length > 1,
  );
  return (
    <AutoComplete
      {...rest}
      value={value}
      aria-label={t('order.sku')}
      placeholder={t('catalog.search')}
      style={{ width: 260 }}
      options={found.data?.items.map((it) => ({ value: it.sku, label: `${it.sku} ${said(it.name_zh, it.name_en || it.name_zh)}` }))}
    />
  );
}
