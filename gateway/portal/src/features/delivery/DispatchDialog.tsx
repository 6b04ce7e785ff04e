import { Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { type DispatchMode, type DispatchRequest, ifMatch, inventoryDispatchShipment, type ShipmentSummary } from '../../api/client';
import { useAct } from '../../api/use';

const MODES: DispatchMode[] = ['OWN_FLEET', 'CARRIER', 'PICKUP'];

/** How the goods go, and under which number a carrier has them. */
export function DispatchDialog({ shipment, close }: { shipment: ShipmentSummary; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<DispatchRequest>();
  const mode = Form.useWatch('mode', form);
  const dispatch = useAct(
    (body: DispatchRequest, key) =>
      inventoryDispatchShipment({
        path: { shipment_id: shipment.shipment_id },
        body,
        headers: { ...ifMatch(shipment.version), 'idempotency-key': key },
      }),
    { said: t('delivery.dispatched'), done: close },
  );
  return (
    <Modal open title={`${t('delivery.dispatch')} ${shipment.number}`} okText={t('delivery.dispatch')} cancelText={t('common.back')} confirmLoading={dispatch.isPending} onOk={() => form.submit()} onCancel={close}>
      <Form<DispatchRequest> form={form} layout="vertical" initialValues={{ mode: 'OWN_FLEET' }} onFinish={dispatch.mutate}>
        <Form.Item name="mode" label={t('delivery.mode')}><Select options={MODES.map((value) => ({ value, label: t(`delivery.modes.${value}`) }))} /></Form.Item>
        {mode === 'CARRIER' && <Form.Item name="tracking_number" label={t('delivery.tracking')} rules={[{ required: true }]}><Input /></Form.Item>}
      </Form>
    </Modal>
  );
}
