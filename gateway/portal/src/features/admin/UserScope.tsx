import { Button, Form, Input, Modal, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AssignmentBody, gatewayChangeUser, gatewayDisableUser, gatewayEnableUser, gatewayListRoles, gatewayLogUserOut, ifMatch, inventoryListWarehouses, type UserResponse } from '../../api/client';
import { useAct, useRead } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { useSaid } from '../../components/texts';

const useWarehouses = () => useRead(['warehouses'], () => inventoryListWarehouses({ query: { limit: 100 } }));

/** Whose things somebody sees: warehouses he works in, territories he leads. */
export function Scope({ user }: { user: UserResponse }) {
  const { t } = useTranslation();
  const warehouses = useWarehouses();
  const named = user.warehouse_ids?.map((id) => warehouses.data?.items.find((it) => it.warehouse_id === id)?.name ?? id);
  const all = [...(named ?? []), ...(user.territories ?? [])];
  return <>{all.length ? all.join('、') : t('user.everywhere')}</>;
}

/** What an administrator does to somebody. */
export function Actions({ user }: { user: UserResponse }) {
  const { t } = useTranslation();
  const [changing, setChanging] = useState(false);
  const path = { user_id: user.user_id };
  const headers = ifMatch(user.version);
  return (
    <Space wrap>
      <Button size="small" onClick={() => setChanging(true)}>{t('user.edit')}</Button>
      {user.active ? (
        <>
          <ActionButton size="small" label={t('user.log_out')} said={t('user.logged_out')} act={() => gatewayLogUserOut({ path })} />
          <ActionButton size="small" danger label={t('user.disable')} said={t('user.is_disabled')} act={() => gatewayDisableUser({ path, headers })} />
        </>
      ) : (
        <ActionButton size="small" label={t('user.enable')} said={t('user.is_enabled')} act={() => gatewayEnableUser({ path, headers })} />
      )}
      {changing && <ChangeUser user={user} close={() => setChanging(false)} />}
    </Space>
  );
}

interface Filled extends Pick<AssignmentBody, 'roles' | 'warehouse_ids' | 'territories' | 'waiver'> {
  name: string;
}

function ChangeUser({ user, close }: { user: UserResponse; close: () => void }) {
  const { t } = useTranslation();
  const said = useSaid();
  const [form] = Form.useForm<Filled>();
  const chosen = Form.useWatch('roles', form) ?? user.roles;
  const roles = useRead(['roles'], () => gatewayListRoles());
  const warehouses = useWarehouses();
  const change = useAct(
    ({ name, roles, warehouse_ids, territories, waiver }: Filled) =>
      gatewayChangeUser({
        path: { user_id: user.user_id },
        headers: ifMatch(user.version),
        body: {
          name,
          assignment: {
            roles,
            dealer_id: user.dealer_id,
            warehouse_ids: warehouse_ids?.length ? warehouse_ids : null,
            territories: roles.includes('SAL') && territories?.length ? territories : null,
            waiver: waiver || null,
          },
        },
      }),
    { said: t('user.changed'), done: close },
  );
  const { name, warehouse_ids, territories, waiver } = user;
  return (
    <Modal open title={`${t('user.edit')} · ${user.login}`} okText={t('common.ok')} cancelText={t('common.back')} confirmLoading={change.isPending} onOk={() => form.submit()} onCancel={close}>
      <Form<Filled> form={form} layout="vertical" initialValues={{ name, roles: user.roles, warehouse_ids, territories, waiver }} onFinish={change.mutate}>
        <Form.Item name="name" label={t('session.name')} rules={[{ required: true }]}><Input autoComplete="off" /></Form.Item>
        <Form.Item name="roles" label={t('user.roles')} rules={[{ required: true }]}>
          <Select mode="multiple" options={roles.data?.map((it) => ({ value: it.role, label: said(it.name_zh, it.name_en) }))} />
        </Form.Item>
        <Form.Item name="warehouse_ids" label={t('user.warehouses')} extra={t('user.warehouses_rule')}>
          <Select mode="multiple" allowClear options={warehouses.data?.items.map((it) => ({ value: it.warehouse_id, label: it.name }))} />
        </Form.Item>
        {chosen.includes('SAL') && (
          <Form.Item name="territories" label={t('user.territories')} extra={t('user.territories_rule')}>
            <Select mode="tags" open={false} suffixIcon={null} />
          </Form.Item>
        )}
        <Form.Item name="waiver" label={t('user.waiver')} extra={t('user.waiver_rule')} rules={[{ min: 5 }]}><Input /></Form.Item>
      </Form>
    </Modal>
  );
}
