import { Button, Flex, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type CreateUserRequestWritable, gatewayCreateUser, gatewayListRoles, gatewayListUsers, type Role, type UserResponse } from '../../api/client';
import { useAct, usePages, useRead } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { useSaid } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';
import { Actions, Scope } from './UserScope';

/** Who may come in, and as what. Whom one shuts out is out at once. */
export default function Users() {
  const { t } = useTranslation();
  const [params, patch] = useUrlState();
  const search = params.get('q');
  const role = params.get('role') as Role | null;
  const [adding, setAdding] = useState(false);
  const list = usePages<UserResponse>(['users', search, role], (cursor) => gatewayListUsers({ query: { search, role, cursor } }));
  return (
    <>
      <ListPage<UserResponse>
        title={t('nav.users')}
        rowKey="user_id"
        list={list}
        search={t('user.search')}
        actions={<Button type="primary" onClick={() => setAdding(true)}>{t('user.new')}</Button>}
        filters={<RolePicker value={role} onChange={(value) => patch({ role: value })} />}
        columns={[
          { title: t('session.login'), dataIndex: 'login' },
          { title: t('session.name'), dataIndex: 'name' },
          { title: t('user.roles'), render: (_, user) => user.roles.map((it) => t(`role.${it}`)).join('、') },
          { title: t('user.scope'), render: (_, user) => <Scope user={user} /> },
          { title: t('order.status'), render: (_, user) => <Status code={user.active ? 'ACTIVE' : 'CANCELLED'} word={t(user.active ? 'user.active' : 'user.disabled')} /> },
          { title: '', key: 'act', render: (_, user) => <Actions user={user} /> },
        ]}
        card={(user) => (
          <Flex justify="space-between">
            <span><strong>{user.name}</strong> {user.login}</span>
            <Actions user={user} />
          </Flex>
        )}
      />
      {adding && <NewUser close={() => setAdding(false)} />}
    </>
  );
}

function RolePicker({ value, onChange }: { value: Role | null; onChange: (role: Role | undefined) => void }) {
  const { t } = useTranslation();
  const said = useSaid();
  const roles = useRead(['roles'], () => gatewayListRoles());
  return (
    <Select
      allowClear
      aria-label={t('user.roles')}
      placeholder={t('user.roles')}
      value={value}
      style={{ minWidth: 140 }}
      options={roles.data?.map((it) => ({ value: it.role, label: said(it.name_zh, it.name_en) }))}
      onChange={(role) => onChange(role ?? undefined)}
    />
  );
}

function NewUser({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const said = useSaid();
  const [form] = Form.useForm<CreateUserRequestWritable>();
  const roles = useRead(['roles'], () => gatewayListRoles());
  const create = useAct((body: CreateUserRequestWritable) => gatewayCreateUser({ body }), { said: t('user.created'), done: close });
  const must = [{ required: true }];
  return (
    <Modal open title={t('user.new')} okText={t('user.create')} cancelText={t('common.back')} confirmLoading={create.isPending} onOk={() => form.submit()} onCancel={close}>
      <Form<CreateUserRequestWritable> form={form} layout="vertical" onFinish={create.mutate}>
        <Form.Item name="login" label={t('session.login')} rules={must}><Input autoComplete="off" /></Form.Item>
        <Form.Item name="name" label={t('session.name')} rules={must}><Input autoComplete="off" /></Form.Item>
        <Form.Item name="password" label={t('session.password')} extra={t('session.password_rule')} rules={must}><Input.Password autoComplete="new-password" /></Form.Item>
        <Form.Item name="roles" label={t('user.roles')} rules={must}>
          <Select mode="multiple" options={roles.data?.map((it) => ({ value: it.role, label: said(it.name_zh, it.name_en) }))} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
