import { Button, Flex, Form, Input, Modal, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ifMatch, inventoryChangeWarehouse, inventoryListWarehouses, type WarehouseChange, type WarehouseResponse } from '../../api/client';
import { useAct, usePages, useRead } from '../../api/use';
import { ListPage } from '../../components/ListPage';

/** Our warehouses, and which of them help another out, the first one first. */
export default function Warehouses() {
  const { t } = useTranslation();
  const [changing, setChanging] = useState<WarehouseResponse>();
  const list = usePages<WarehouseResponse>(['warehouses', 'pages'], (cursor) => inventoryListWarehouses({ query: { cursor } }));
  const all = useRead(['warehouses'], () => inventoryListWarehouses({ query: { limit: 100 } }));
  const names = new Map(all.data?.items.map((it) => [it.warehouse_id, it.name]));
  const helpers = (of: WarehouseResponse) => of.alternatives.map((id) => names.get(id) ?? id).join(' → ');
  const change = (of: WarehouseResponse) =>
    of.allowed_actions.includes('change') && <Button size="small" onClick={() => setChanging(of)}>{t('warehouse.change')}</Button>;
  return (
    <>
      <ListPage<WarehouseResponse>
        title={t('nav.warehouses')}
        rowKey="warehouse_id"
        list={list}
        columns={[
          { title: t('warehouse.code'), dataIndex: 'code', className: 'num' },
          { title: t('warehouse.name'), dataIndex: 'name' },
          { title: t('warehouse.mode'), render: (_, of) => t(`warehouse.modes.${of.mode}`) },
          { title: t('warehouse.alternatives'), render: (_, of) => helpers(of) },
          { title: '', key: 'act', render: (_, of) => change(of) },
        ]}
        card={(of) => (
          <Flex vertical gap={4}>
            <Flex justify="space-between"><strong>{of.name}</strong>{change(of)}</Flex>
            <span>{helpers(of)}</span>
          </Flex>
        )}
      />
      {changing && <Change warehouse={changing} others={all.data?.items ?? []} close={() => setChanging(undefined)} />}
    </>
  );
}

function Change({ warehouse, others, close }: { warehouse: WarehouseResponse; others: WarehouseResponse[]; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<WarehouseChange>();
  const save = useAct(
    (body: WarehouseChange) =>
      inventoryChangeWarehouse({ path: { warehouse_id: warehouse.warehouse_id }, body, headers: ifMatch(warehouse.version) }),
    { said: t('common.changed'), done: close },
  );
  const own = others.filter((it) => it.mode !== 'PARTNER' && it.warehouse_id !== warehouse.warehouse_id);
  return (
    <Modal open title={warehouse.code} okText={t('warehouse.save')} cancelText={t('common.back')} confirmLoading={save.isPending} onOk={() => form.submit()} onCancel={close}>
      <Form<WarehouseChange> form={form} layout="vertical" initialValues={warehouse} onFinish={save.mutate}>
        <Form.Item name="name" label={t('warehouse.name')} rules={[{ required: true }]}><Input /></Form.Item>
        <Form.Item name="one_person" label={t('warehouse.one_person')} valuePropName="checked"><Switch /></Form.Item>
        {warehouse.mode !== 'PARTNER' && (
          <Form.Item name="alternatives" label={t('warehouse.alternatives')} extra={t('warehouse.alternatives_rule')}>
            <Select mode="multiple" options={own.map((it) => ({ value: it.warehouse_id, label: it.name }))} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
