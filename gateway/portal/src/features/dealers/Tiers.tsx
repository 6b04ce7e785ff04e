import { Button, Card, Flex, Form, InputNumber, Modal, Select, Tree } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { dealersListTiers, dealersSetPolicy, ifMatch, type TermsKind, type TierResponse } from '../../api/client';
import { useAct, useRead } from '../../api/use';
import { Shown } from '../../components/states';
import { Money } from '../../components/texts';
import { verbs } from '../../lib/actions';
import { decimal, minorOf } from '../../lib/format';

const KINDS: TermsKind[] = ['PREPAID', 'DEPOSIT', 'COD', 'CREDIT'];

interface Branch {
  key: string;
  tier: TierResponse;
  children: Branch[];
}

const below = (tiers: TierResponse[], parent: string | null): Branch[] =>
  tiers.filter((it) => it.parent === parent).map((tier) => ({ key: tier.tier, tier, children: below(tiers, tier.tier) }));

/** The tree of tiers, and the terms that a new dealer of each begins with. */
export default function Tiers() {
  const { t } = useTranslation();
  const tiers = useRead(['tiers'], () => dealersListTiers());
  return (
    <Flex vertical gap={12}>
      <h1 className="page-title">{t('tiers.title')}</h1>
      <Card size="small">
        <Shown of={tiers}>
          {(found) => <Tree<Branch> blockNode defaultExpandAll selectable={false} treeData={below(found, null)} titleRender={(of) => <Row tier={of.tier} />} />}
        </Shown>
      </Card>
      <p>{t('tiers.rule')}</p>
    </Flex>
  );
}

function Row({ tier }: { tier: TierResponse }) {
  const { t } = useTranslation();
  const policy = tier.policy;
  return (
    <Flex gap={12} align="center" wrap>
      <strong>{t(`tier.${tier.tier}`)}</strong>
      <Link to={`/dealers?tier=${tier.tier}`}>{t('tiers.dealers', { count: tier.dealers })}</Link>
      {policy ? (
        <span>{t(`terms.${policy.terms.kind}`)} · {t('tiers.limit')} <Money minor={policy.credit_limit_minor} /></span>
      ) : (
        <span>{t('tiers.none')}</span>
      )}
      {verbs(tier.allowed_actions).has('set-policy') && <SetPolicy tier={tier} />}
    </Flex>
  );
}

interface Filled {
  kind: TermsKind;
  deposit_percent?: number;
  credit_days?: number;
  limit: string;
}

function SetPolicy({ tier }: { tier: TierResponse }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<Filled>();
  const kind = Form.useWatch('kind', form);
  const terms = tier.policy?.terms;
  const set = useAct(
    ({ kind, deposit_percent, credit_days, limit }: Filled) =>
      dealersSetPolicy({
        path: { tier: tier.tier },
        body: { terms: { ...terms, kind, deposit_percent: kind === 'DEPOSIT' ? deposit_percent : 0, credit_days: credit_days ?? 0 }, credit_limit_minor: minorOf(limit) ?? 0 },
        headers: ifMatch(tier.version),
      }),
    { said: t('tiers.set'), done: () => setOpen(false) },
  );
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>{t('tiers.change')}</Button>
      <Modal open={open} title={`${t('tiers.change')} · ${t(`tier.${tier.tier}`)}`} okText={t('common.ok')} cancelText={t('common.back')} confirmLoading={set.isPending} onOk={() => form.submit()} onCancel={() => setOpen(false)}>
        <Form<Filled>
          form={form}
          layout="vertical"
          initialValues={{ kind: 'PREPAID', ...terms, limit: decimal(tier.policy?.credit_limit_minor ?? 0) }}
          onFinish={set.mutate}
        >
          <Form.Item name="kind" label={t('order.terms')} rules={[{ required: true }]}><Select options={KINDS.map((value) => ({ value, label: t(`terms.${value}`) }))} /></Form.Item>
          {kind === 'DEPOSIT' && <Form.Item name="deposit_percent" label={t('dealer.deposit_percent')} rules={[{ required: true }]}><InputNumber min={1} max={99} precision={0} /></Form.Item>}
          {kind === 'CREDIT' && <Form.Item name="credit_days" label={t('dealer.credit_days')}><InputNumber min={0} max={365} precision={0} /></Form.Item>}
          <Form.Item name="limit" label={t('tiers.limit')} rules={[{ required: true }]}><InputNumber stringMode min="0" precision={2} style={{ width: '100%' }} /></Form.Item>
        </Form>
      </Modal>
    </>
  );
}
