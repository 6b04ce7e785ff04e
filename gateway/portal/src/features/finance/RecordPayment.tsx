import { DatePicker, Form, Input, Modal, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { billingRecordPayment, type Method, type PaymentRequest } from '../../api/client';
import { useAct } from '../../api/use';
import { DealerPicker } from '../../components/DealerPicker';
import { decimal, minorOf } from '../../lib/format';

const METHODS: Method[] = ['BANK_TRANSFER', 'CASH', 'CHEQUE', 'ACCEPTANCE_BILL', 'ALIPAY', 'WECHAT_PAY', 'UNIONPAY'];

interface Filled {
  dealer_id: string;
  amount: string;
  method: Method;
  received_on: Dayjs;
  reference?: string;
}
interface Props {
  dealerId?: string;
  /** The order that the money is for; what it does not need goes to the wallet. */
  order?: { orderId: string; number: string; openMinor: number };
  close: () => void;
}

/** Money came in: all of what an order needs, or a part of it. */
export function RecordPayment({ dealerId, order, close }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Filled>();
  const record = useAct((body: PaymentRequest, key) => billingRecordPayment({ body, headers: { 'idempotency-key': key } }), {
    said: t('payment.recorded'),
    done: close,
  });
  const send = (filled: Filled) => {
    const amount = minorOf(filled.amount) ?? 0;
    record.mutate({
      dealer_id: filled.dealer_id,
      amount_minor: amount,
      method: filled.method,
      received_on: filled.received_on.format('YYYY-MM-DD'),
      reference: filled.reference || null,
      allocations: order && [{ order_id: order.orderId, amount_minor: Math.min(amount, order.openMinor) }],
    });
  };
  const must = [{ required: true }];
  return (
    <Modal
      open
      title={order ? `${t('payment.record')} ${order.number}` : t('payment.record')}
      okText={t('payment.record')}
      cancelText={t('common.back')}
      confirmLoading={record.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Filled>
        form={form}
        layout="vertical"
        onFinish={send}
        initialValues={{
          dealer_id: dealerId,
          amount: order && decimal(order.openMinor),
          method: 'BANK_TRANSFER',
          received_on: dayjs(),
        }}
      >
        {!dealerId && <Form.Item name="dealer_id" label={t('order.dealer')} rules={must}><DealerField /></Form.Item>}
        {dealerId && <Form.Item name="dealer_id" hidden><Input /></Form.Item>}
        <Form.Item
          name="amount"
          label={t('payment.amount')}
          rules={[{ validator: (_, value: string) => (minorOf(value ?? '') ? Promise.resolve() : Promise.reject(new Error(t('payment.amount_rule')))) }]}
        >
          <Input inputMode="decimal" prefix="¥" />
        </Form.Item>
        <Form.Item name="method" label={t('payment.method')} rules={must}><Select options={METHODS.map((value) => ({ value, label: t(`payment.methods.${value}`) }))} /></Form.Item>
        <Form.Item name="received_on" label={t('payment.received_on')} rules={must}><DatePicker style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="reference" label={t('payment.reference')}><Input /></Form.Item>
      </Form>
    </Modal>
  );
}

function DealerField({ value, onChange }: { value?: string; onChange?: (dealerId: string | undefined) => void }) {
  return <DealerPicker value={value} onChange={(dealerId) => onChange?.(dealerId)} />;
}
