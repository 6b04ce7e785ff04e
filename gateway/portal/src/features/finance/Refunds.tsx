import { Button, Flex, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { billingApproveRefund, billingGetRefund, billingListRefunds, billingPayRefund, billingRejectRefund, type Refund, type RefundState } from '../../api/client';
import { useAct, usePages, useRead } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { Money, Time } from '../../components/texts';
import { useAskReason } from '../../components/useAskReason';
import { useUrlState } from '../../lib/useUrlState';
import { verbs } from '../../lib/actions';

const STATES: RefundState[] = ['REQUESTED', 'APPROVED', 'PAID', 'FAILED', 'REJECTED'];

/** Refunds from wallets: approved by another person than asked for them, then paid. */
export default function Refunds() {
  const { t } = useTranslation();
  const [params] = useUrlState();
  const state = (params.get('state') ?? 'REQUESTED') as RefundState;
  const list = usePages<Refund>(['refunds', state], (cursor) => billingListRefunds({ query: { state, cursor } }));
  return (
    <ListPage<Refund>
      title={t('nav.refunds')}
      rowKey="refund_id"
      list={list}
      tabs={{ param: 'state', items: STATES.map((key) => ({ key, label: t(`refund.state.${key}`) })) }}
      columns={[
        { title: t('payment.number'), dataIndex: 'number', className: 'num' },
        { title: t('order.dealer'), dataIndex: 'dealer_name' },
        { title: t('payment.amount'), align: 'right', render: (_, of) => <Money minor={of.amount_minor} /> },
        { title: t('common.reason'), dataIndex: 'reason' },
        { title: t('refund.account'), render: (_, of) => `${of.bank} ${of.account_number}` },
        { title: t('common.when'), render: (_, of) => <Time at={of.requested_at} /> },
        { title: '', key: 'actions', render: (_, of) => <Actions refundId={of.refund_id} /> },
      ]}
      card={(of) => (
        <Flex vertical gap={4}>
          <Flex justify="space-between">
            <span>{of.dealer_name}</span>
            <Money minor={of.amount_minor} />
          </Flex>
          <Status code={of.state} word={t(`refund.state.${of.state}`)} />
          <Actions refundId={of.refund_id} />
        </Flex>
      )}
    />
  );
}

function Actions({ refundId }: { refundId: string }) {
  const { t } = useTranslation();
  const askReason = useAskReason();
  const path = { refund_id: refundId };
  const refund = useRead(['refunds', 'one', refundId], () => billingGetRefund({ path })).data;
  const reject = useAct((reason: string) => billingRejectRefund({ path, body: { reason } }), { said: t('refund.rejected') });
  const pay = useAct((bank_reference: string) => billingPayRefund({ path, body: { bank_reference } }), { said: t('refund.paid') });
  const may = verbs(refund?.allowed_actions);
  return (
    <Space>
      {may.has('approve') && <ActionButton size="small" type="primary" label={t('refund.approve')} said={t('refund.approved')} act={() => billingApproveRefund({ path })} />}
      {may.has('pay') && <Button size="small" type="primary" onClick={() => askReason(t('refund.pay'), pay.mutate, t('refund.bank_reference'))}>{t('refund.pay')}</Button>}
      {may.has('reject') && <Button size="small" danger onClick={() => askReason(t('refund.reject'), reject.mutate)}>{t('refund.reject')}</Button>}
    </Space>
  );
}
