import { Button, Flex } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { billingListPayments, billingReversePayment, type Payment } from '../../api/client';
import { useAct, usePages } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { Money } from '../../components/texts';
import { useAskReason } from '../../components/useAskReason';
import { useUrlState } from '../../lib/useUrlState';
import { RecordPayment } from './RecordPayment';

/** Receipts 收款单, newest first. */
export default function Payments() {
  const { t } = useTranslation();
  const askReason = useAskReason();
  const [params] = useUrlState();
  const q = params.get('q');
  const [recording, setRecording] = useState(false);
  const list = usePages<Payment>(['payments', q], (cursor) => billingListPayments({ query: { q, cursor } }));
  const reverse = useAct(
    ({ payment_id, reason }: { payment_id: string; reason: string }) => billingReversePayment({ path: { payment_id }, body: { reason } }),
    { said: t('payment.reversed') },
  );
  const undo = (payment: Payment) =>
    payment.state === 'CONFIRMED' && (
      <Button size="small" danger onClick={() => askReason(t('payment.reverse'), (reason) => reverse.mutate({ payment_id: payment.payment_id, reason }))}>
        {t('payment.reverse')}
      </Button>
    );
  return (
    <>
      <ListPage<Payment>
        title={t('nav.payments')}
        rowKey="payment_id"
        list={list}
        search={t('payment.search')}
        actions={<Button type="primary" onClick={() => setRecording(true)}>{t('payment.record')}</Button>}
        columns={[
          { title: t('payment.number'), dataIndex: 'number', className: 'num' },
          { title: t('order.dealer'), dataIndex: 'dealer_name' },
          { title: t('payment.method'), render: (_, of) => t(`payment.methods.${of.method}`) },
          { title: t('payment.amount'), align: 'right', render: (_, of) => <Money minor={of.amount_minor} /> },
          { title: t('payment.unallocated'), align: 'right', render: (_, of) => <Money minor={of.unallocated_minor} /> },
          { title: t('payment.received_on'), dataIndex: 'received_on', className: 'num' },
          { title: t('order.status'), render: (_, of) => <Status code={of.state} word={t(`payment.state.${of.state}`)} /> },
          { title: '', key: 'undo', render: (_, of) => undo(of) },
        ]}
        card={(of) => (
          <Flex justify="space-between">
            <span className="num">{of.number} {of.dealer_name}</span>
            <Money minor={of.amount_minor} />
          </Flex>
        )}
      />
      {recording && <RecordPayment close={() => setRecording(false)} />}
    </>
  );
}
