import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dealersListDealers } from '../api/client';
import { useRead } from '../api/use';

interface Props {
  value: string | null | undefined;
  onChange: (dealerId: string | undefined) => void;
}

/** One of the dealers that the caller may see, found by name or code. */
export function DealerPicker({ value, onChange }: Props) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const dealers = useRead(['dealers', 'picker', q], () => dealersListDealers({ query: { q: q || undefined, limit: 50 } }));
  return (
    <Select
      allowClear
      showSearch={{ onSearch: setQ, filterOption: false }}
      placeholder={t('order.dealer')}
      aria-label={t('order.dealer')}
      value={value ?? undefined}
      style={{ minWidth: 220 }}
      loading={dealers.isFetching}
      options={dealers.data?.items.map((dealer) => ({ value: dealer.dealer_id, label: `${dealer.name} ${dealer.code}` }))}
      onChange={(dealerId: string | undefined) => onChange(dealerId)}
    />
  );
}
