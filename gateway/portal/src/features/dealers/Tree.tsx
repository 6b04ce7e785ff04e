import { Breadcrumb, Button, DatePicker, Form, Modal, Select } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type DealerResponse, dealersChangeTier, dealersListDealers, dealersSetSuperior, ifMatch, type Tier } from '../../api/client';
import { useAct, useRead } from '../../api/use';

export const TIERS: Tier[] = ['PROVINCE', 'CITY', 'COUNTY'];

/** Where a dealer stands: those above him, the highest first, then himself with those below. */
export function TierPath({ dealer }: { dealer: DealerResponse }) {
  const { t } = useTranslation();
  return (
    <Breadcrumb
      items={[
        ...dealer.superiors.map((it) => ({ title: <Link to={`/dealers/${it.dealer_id}`}>{`${t(`tier.${it.tier}`)} ${it.name}`}</Link> })),
        { title: t(`tier.${dealer.tier}`) },
        ...(dealer.tier === 'COUNTY' ? [] : [{ title: <Link to={`/dealers?superior_id=${dealer.dealer_id}`}>{t('dealer.below')}</Link> }]),
      ]}
    />
  );
}

/** Give a dealer a superior of a higher tier, or none. */
export function SetSuperior({ dealer }: { dealer: DealerResponse }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [q, setQ] = useState('');
  const [chosen, setChosen] = useState<string | null>(dealer.superior_id);
  const higher = TIERS.slice(0, TIERS.indexOf(dealer.tier));
  const found = useRead(['dealers', 'superiors', q, dealer.tier], () => dealersListDealers({ query: { q: q || undefined, tier: higher, limit: 50 } }), open);
  const set = useAct(
    () => dealersSetSuperior({ path: { dealer_id: dealer.dealer_id }, body: { superior_id: chosen }, headers: ifMatch(dealer.version) }),
    { said: t('dealer.superior_set'), done: () => setOpen(false) },
  );
  if (!higher.length) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('dealer.set_superior')}</Button>
      <Modal open={open} title={t('dealer.set_superior')} okText={t('common.ok')} cancelText={t('common.back')} confirmLoading={set.isPending} onOk={() => set.mutate(undefined)} onCancel={() => setOpen(false)}>
        <Select
          allowClear
          showSearch={{ onSearch: setQ, filterOption: false }}
          aria-label={t('dealer.superior')}
          placeholder={t('dealer.no_superior')}
          value={chosen ?? undefined}
          style={{ width: '100%' }}
          loading={found.isFetching}
          options={[
            ...dealer.superiors.slice(-1).filter((it) => !found.data?.items.some((other) => other.dealer_id === it.dealer_id)),
            ...(found.data?.items ?? []),
          ].map((it) => ({ value: it.dealer_id, label: `${t(`tier.${it.tier}`)} ${it.name} ${it.code}` }))}
          onChange={(dealerId: string | undefined) => setChosen(dealerId ?? null)}
        />
      </Modal>
    </>
  );
}

/** Another tier, now or from a time on: orders submitted from then on have its prices. */
export function ChangeTier({ dealer }: { dealer: DealerResponse }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<{ tier: Tier; from?: Dayjs }>();
  const change = useAct(
    (filled: { tier: Tier; from?: Dayjs }) =>
      dealersChangeTier({
        path: { dealer_id: dealer.dealer_id },
        body: { tier: filled.tier, effective_from: filled.from?.toISOString() },
        headers: ifMatch(dealer.version),
      }),
    { said: t('dealer.tier_changed'), done: () => setOpen(false) },
  );
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('dealer.change_tier')}</Button>
      <Modal open={open} title={t('dealer.change_tier')} okText={t('common.ok')} cancelText={t('common.back')} confirmLoading={change.isPending} onOk={() => form.submit()} onCancel={() => setOpen(false)}>
        <Form form={form} layout="vertical" initialValues={{ tier: dealer.tier }} onFinish={change.mutate}>
          <Form.Item name="tier" label={t('dealer.tier')} extra={t('dealer.tier_rule')} rules={[{ required: true }]}>
            <Select options={TIERS.map((value) => ({ value, label: t(`tier.${value}`) }))} />
          </Form.Item>
          <Form.Item name="from" label={t('dealer.from')} extra={t('dealer.from_rule')}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
        </Form>
      </Modal>
    </>
  );
}
