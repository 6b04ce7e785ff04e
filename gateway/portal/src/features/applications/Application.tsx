import { UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Card, DatePicker, Flex, Form, Input, Select, Space, Upload } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type ApplicationForm, type ApplicationResponse, type DocumentKind, dealersAddDocument, dealersApply, dealersGetApplication,
  dealersListApplications, dealersListDocuments, dealersListTerritories, dealersRewriteApplication, dealersSubmitApplication, ifMatch,
} from '../../api/client';
import { useAct, useRead } from '../../api/use';
import { Shown } from '../../components/states';
import { Status } from '../../components/Status';

type Filled = Omit<ApplicationForm, 'licence_valid_until'> & { licence_valid_until?: Dayjs | null };
const CHANNELS = ['WHOLESALE', 'RETAIL', 'ONLINE', 'ENGINEERING'] as const;
const KINDS: DocumentKind[] = ['LICENCE', 'TAX_CERTIFICATE', 'LEGAL_PERSON_ID', 'STORE_PHOTO', 'BRAND_AUTHORISATION', 'OTHER'];
const OPEN = new Set(['DRAFT', 'RETURNED']);

/** The applicant's own application: fill it in, add documents, send it, follow it, correct it. */
export default function Application() {
  const mine = useRead(['applications', 'mine'], () => dealersListApplications({ query: { limit: 1 } }));
  return <Shown of={mine}>{({ items }) => (items[0] ? <Existing id={items[0].application_id} /> : <New />)}</Shown>;
}

const bodyOf = ({ licence_valid_until, ...rest }: Filled): ApplicationForm => ({
  ...rest,
  licence_valid_until: licence_valid_until?.format('YYYY-MM-DD') ?? null,
});

function New() {
  const { t } = useTranslation();
  const save = useAct((filled: Filled, key) => dealersApply({ body: { ...bodyOf(filled), draft: true }, headers: { 'idempotency-key': key } }), {
    said: t('application.saved'),
  });
  return (
    <Flex vertical gap={12}>
      <h1 className="page-title">{t('nav.application')}</h1>
      <Card size="small"><Fields save={save.mutate} saving={save.isPending} /></Card>
    </Flex>
  );
}

function Existing({ id }: { id: string }) {
  const application = useRead(['applications', id], () => dealersGetApplication({ path: { application_id: id } }));
  return <Shown of={application}>{(of) => <Sheet application={of} />}</Shown>;
}

function Sheet({ application }: { application: ApplicationResponse }) {
  const { t } = useTranslation();
  const path = { application_id: application.application_id };
  const open = OPEN.has(application.status);
  const save = useAct((filled: Filled) => dealersRewriteApplication({ path, body: bodyOf(filled), headers: ifMatch(application.version) }), {
    said: t('application.saved'),
  });
  const submit = useAct((_: undefined, key) => dealersSubmitApplication({ path, headers: { 'idempotency-key': key } }), { said: t('application.sent') });
  return (
    <Flex vertical gap={12}>
      <Flex gap={12} align="center">
        <h1 className="page-title">{t('nav.application')}</h1>
        <Status code={application.status} word={t(`application.status.${application.status}`)} />
      </Flex>
      {application.reason && <Alert type="warning" showIcon title={application.reason} />}
      {!open && <Alert type="info" showIcon title={t(`application.next.${application.status}`)} />}
      <Card size="small"><Fields application={application} save={save.mutate} saving={save.isPending} fixed={!open} /></Card>
      <Documents applicationId={application.application_id} fixed={!open} />
      {open && (
        <Button type="primary" size="large" style={{ alignSelf: 'end' }} loading={submit.isPending} onClick={() => submit.mutate(undefined)}>
          {t('application.send')}
        </Button>
      )}
    </Flex>
  );
}

interface FieldsProps {
  application?: ApplicationResponse;
  save: (filled: Filled) => void;
  saving: boolean;
  fixed?: boolean;
}

function Fields({ application, save, saving, fixed }: FieldsProps) {
  const { t } = useTranslation();
  const territories = useRead(['territories'], () => dealersListTerritories());
  const provinces = [...new Set(territories.data?.map((it) => it.province))];
  const must = [{ required: true }];
  const valid = application?.licence_valid_until;
  return (
    <Form<Filled>
      layout="vertical"
      disabled={fixed}
      initialValues={{ ...application, licence_valid_until: valid ? dayjs(valid) : null }}
      onFinish={save}
      style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(240px, 1fr))', columnGap: 16 }}
    >
      <Form.Item name="name" label={t('application.name')} rules={must}><Input autoComplete="organization" /></Form.Item>
      <Form.Item name="credit_code" label={t('application.credit_code')} extra={t('application.credit_code_rule')} rules={must}><Input maxLength={18} /></Form.Item>
      <Form.Item name="licence_valid_until" label={t('application.licence_until')}><DatePicker style={{ width: '100%' }} /></Form.Item>
      <Form.Item name="contact_name" label={t('application.contact')} rules={must}><Input autoComplete="name" /></Form.Item>
      <Form.Item name="phone" label={t('application.phone')} rules={must}><Input autoComplete="tel" /></Form.Item>
      <Form.Item name="province" label={t('application.province')} rules={must}>
        <Select showSearch options={provinces.map((value) => ({ value, label: value }))} />
      </Form.Item>
      <Form.Item name="city" label={t('application.city')} rules={must}><Input /></Form.Item>
      <Form.Item name="address" label={t('application.address')}><Input autoComplete="street-address" /></Form.Item>
      <Form.Item name="brands" label={t('application.brands')}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
      <Form.Item name="channels" label={t('application.channels')}>
        <Select mode="tags" options={CHANNELS.map((value) => ({ value: t(`application.channel.${value}`), label: t(`application.channel.${value}`) }))} />
      </Form.Item>
      <Form.Item name="note" label={t('order.note')}><Input.TextArea rows={1} /></Form.Item>
      {!fixed && <Form.Item label=" "><Button htmlType="submit" loading={saving}>{t('application.save')}</Button></Form.Item>}
    </Form>
  );
}

/** Papers of the application; a file is kept with what it is and how long it is valid. */
export function Documents({ applicationId, fixed }: { applicationId: string; fixed: boolean }) {
  const { t } = useTranslation();
  const path = { application_id: applicationId };
  const [kind, setKind] = useState<DocumentKind>('LICENCE');
  const documents = useRead(['applications', applicationId, 'documents'], () => dealersListDocuments({ path }));
  const add = useAct(
    (file: File, key) =>
      dealersAddDocument({ path, query: { kind, file_name: file.name }, body: file, headers: { 'idempotency-key': key } }),
    { said: t('application.document_added') },
  );
  return (
    <Card size="small" title={t('application.documents')}>
      <Flex vertical gap={8}>
        <Shown of={documents}>
          {(items) => (
            <ul style={{ margin: 0 }}>
              {items.map((document) => (
                <li key={document.document_id}>
                  {t(`application.kind.${document.kind}`)}{' '}
                  <a href={`/api/v1/dealer-applications/${applicationId}/documents/${document.document_id}`} target="_blank" rel="noreferrer">{document.file_name}</a>{' '}
                  {document.expired && <Status code="ON_STOP" word={t('application.expired')} />}
                </li>
              ))}
            </ul>
          )}
        </Shown>
        {!fixed && (
          <Space wrap>
            <Select<DocumentKind> value={kind} onChange={setKind} aria-label={t('application.documents')} style={{ width: 160 }} options={KINDS.map((value) => ({ value, label: t(`application.kind.${value}`) }))} />
            <Upload
              accept="image/*,.pdf"
              showUploadList={false}
              beforeUpload={(file) => {
                add.mutate(file);
                return false;
              }}
            >
              <Button icon={<UploadOutlined />} loading={add.isPending}>{t('application.add_document')}</Button>
            </Upload>
          </Space>
        )}
      </Flex>
    </Card>
  );
}
