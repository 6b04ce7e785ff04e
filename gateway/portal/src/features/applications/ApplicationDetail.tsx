import { Alert, Button, Card, Descriptions, Flex, Form, InputNumber, Select, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import {
  type ApplicationResponse, dealersApproveApplication, dealersGetApplication, dealersRejectApplication, dealersReturnApplication,
  dealersScreenApplication, gatewayListUsers, ifMatch, inventoryListWarehouses, type StandingRequest, type TermsKind, type Tier,
} from '../../api/client';
import { useAct, useRead } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { Shown } from '../../components/states';
import { Status } from '../../components/Status';
import { Money } from '../../components/texts';
import { useAskReason } from '../../components/useAskReason';
import { Documents } from './Application';
import { verbs } from '../../lib/actions';

/** An application as its judges see it, with what they may do. */
export default function ApplicationDetail() {
  const { id = '' } = useParams();
  const application = useRead(['applications', id], () => dealersGetApplication({ path: { application_id: id } }));
  return <Shown of={application}>{(of) => <Sheet application={of} />}</Shown>;
}

function Sheet({ application }: { application: ApplicationResponse }) {
  const { t } = useTranslation();
  const may = verbs(application.allowed_actions);
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" wrap gap={8}>
        <Flex gap={12} align="center">
          <h1 className="page-title">{application.name}</h1>
          <Status code={application.status} word={t(`application.status.${application.status}`)} />
        </Flex>
        <Judging application={application} may={may} />
      </Flex>
      {application.reason && <Alert type="warning" showIcon title={application.reason} />}
      <Card size="small">
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2, lg: 3 }}
          items={[
            { key: 'code', label: t('application.credit_code'), children: application.credit_code },
            { key: 'until', label: t('application.licence_until'), children: application.licence_valid_until ?? '–' },
            { key: 'place', label: t('application.place'), children: `${application.province} ${application.city} ${application.address}` },
            { key: 'contact', label: t('application.contact'), children: `${application.contact_name} ${application.phone}` },
            { key: 'brands', label: t('application.brands'), children: application.brands.join('、') || '–' },
            { key: 'channels', label: t('application.channels'), children: application.channels.join('、') || '–' },
            { key: 'endorsed', label: t('application.endorsed'), children: <Money minor={application.endorsed_limit_minor} /> },
          ]}
        />
      </Card>
      <Documents applicationId={application.application_id} fixed />
      {may.has('approve') && <Approval application={application} />}
    </Flex>
  );
}

function Judging({ application, may }: { application: ApplicationResponse; may: Set<string> }) {
  const { t } = useTranslation();
  const askReason = useAskReason();
  const path = { application_id: application.application_id };
  const headers = ifMatch(application.version);
  const giveBack = useAct((reason: string) => dealersReturnApplication({ path, body: { reason }, headers }), { said: t('application.returned') });
  const reject = useAct((reason: string) => dealersRejectApplication({ path, body: { reason }, headers }), { said: t('application.rejected') });
  return (
    <Space wrap>
      {may.has('screen') && (
        <ActionButton type="primary" label={t('application.screen')} said={t('application.screened')} act={() => dealersScreenApplication({ path, headers })} />
      )}
      {may.has('return') && <Button onClick={() => askReason(t('application.return'), giveBack.mutate)}>{t('application.return')}</Button>}
      {may.has('reject') && <Button danger onClick={() => askReason(t('application.reject'), reject.mutate)}>{t('application.reject')}</Button>}
    </Space>
  );
}

const TIERS: Tier[] = ['PROVINCE', 'CITY', 'COUNTY'];
const TERMS: TermsKind[] = ['PREPAID', 'DEPOSIT', 'COD', 'CREDIT'];

interface Standing {
  tier: Tier;
  kind: TermsKind;
  deposit_percent?: number;
  credit_days?: number;
  limit?: number;
  salesperson_id?: string;
  warehouse_id: string;
}

/** Tier, terms, limit, salesperson and warehouse: with them the applicant becomes a dealer. */
function Approval({ application }: { application: ApplicationResponse }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const warehouses = useRead(['warehouses'], () => inventoryListWarehouses({ query: { limit: 100 } }));
  const people = useRead(['users', 'SAL'], () => gatewayListUsers({ query: { role: 'SAL', limit: 100 } }));
  const approve = useAct(
    (body: StandingRequest, key) =>
      dealersApproveApplication({
        path: { application_id: application.application_id },
        body,
        headers: { ...ifMatch(application.version), 'idempotency-key': key },
      }),
    { said: t('application.approved'), done: (dealer) => void go(`/dealers/${dealer.dealer_id}`) },
  );
  const must = [{ required: true }];
  return (
    <Card size="small" title={t('application.approval')}>
      <Form<Standing>
        layout="vertical"
        initialValues={{ tier: 'COUNTY', kind: 'PREPAID', salesperson_id: application.screener_id ?? undefined }}
        onFinish={({ kind, deposit_percent = 0, credit_days = 0, limit = 0, ...standing }) =>
          approve.mutate({ ...standing, credit_limit_minor: Math.round(limit * 100), terms: { kind, deposit_percent, credit_days } })
        }
        style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))', columnGap: 16 }}
      >
        <Form.Item name="tier" label={t('dealer.tier')} rules={must}><Select options={TIERS.map((value) => ({ value, label: t(`tier.${value}`) }))} /></Form.Item>
        <Form.Item name="kind" label={t('order.terms')} rules={must}><Select options={TERMS.map((value) => ({ value, label: t(`terms.${value}`) }))} /></Form.Item>
        <Form.Item name="deposit_percent" label={t('dealer.deposit_percent')}><InputNumber min={0} max={100} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="credit_days" label={t('dealer.credit_days')}><InputNumber min={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="limit" label={t('account.credit_limit')}><InputNumber min={0} precision={2} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="salesperson_id" label={t('dealer.salesperson')}>
          <Select allowClear options={people.data?.items.map((it) => ({ value: it.user_id, label: it.name }))} />
        </Form.Item>
        <Form.Item name="warehouse_id" label={t('dealer.warehouse')} rules={must}>
          <Select options={warehouses.data?.items.map((it) => ({ value: it.warehouse_id, label: it.name }))} />
        </Form.Item>
        <Form.Item label=" "><Button type="primary" htmlType="submit" loading={approve.isPending}>{t('application.approve')}</Button></Form.Item>
      </Form>
    </Card>
  );
}
