import { App, Button, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import {
  type Hold, ifMatch, type OrderResponse, ordersCancelOrder, ordersConfirmOrder, ordersHoldOrder, ordersRejectOrder,
  ordersCloseRemainder, ordersReleaseHold, ordersReorder,
} from '../../api/client';
import { useAct } from '../../api/use';
import { has, useSession } from '../../app/session';
import { useAskReason } from '../../components/useAskReason';
import { AmendOrder } from './AmendOrder';

const headersOf = (order: OrderResponse, key: string) => ({ ...ifMatch(order.version), 'idempotency-key': key });

/** What the order's reader may do to it, as the service says. */
export function OrderActions({ order }: { order: OrderResponse }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const go = useNavigate();
  const session = useSession();
  const askReason = useAskReason();
  const path = { order_id: order.order_id };
  const confirm = useAct((_: undefined, key) => ordersConfirmOrder({ path, headers: headersOf(order, key) }), { said: t('order.confirmed') });
  const hold = useAct((reason: string, key) => ordersHoldOrder({ path, body: { reason }, headers: headersOf(order, key) }), { said: t('order.held') });
  const release = useAct((kind: Hold, key) => ordersReleaseHold({ path, body: { kind }, headers: headersOf(order, key) }), { said: t('order.hold_released') });
  const close = useAct((reason: string, key) => ordersCloseRemainder({ path, body: { reason }, headers: headersOf(order, key) }), { said: t('order.remainder_closed') });
  const reject = useAct((reason: string, key) => ordersRejectOrder({ path, body: { reason }, headers: headersOf(order, key) }), { said: t('order.rejected') });
  const cancel = useAct((reason: string, key) => ordersCancelOrder({ path, body: { reason }, headers: headersOf(order, key) }), { said: t('order.cancel_asked') });
  const reorder = useAct((name: string, key) => ordersReorder({ path, body: { name }, headers: { 'idempotency-key': key } }), {
    done: ({ cart }) => void go(`/carts/${cart.cart_id}`),
  });
  const [amending, setAmending] = useState(false);
  const may = new Set(order.allowed_actions);
  return (
    <Space wrap className="no-print">
      {may.has('confirm') && (
        <Button type="primary" loading={confirm.isPending} onClick={() => confirm.mutate(undefined)}>{t('order.confirm')}</Button>
      )}
      {may.has('reject') && (
        <Button danger onClick={() => askReason(t('order.reject'), reject.mutate)}>{t('order.reject')}</Button>
      )}
      {order.holds
        .filter((of) => of.allowed_actions.includes('release-hold'))
        .map((of) => (
          <Button
            key={of.kind}
            type="primary"
            onClick={() =>
              void modal.confirm({
                title: t('order.release_ask', { reason: of.reason }),
                okText: t('common.ok'),
                cancelText: t('common.back'),
                onOk: () => release.mutate(of.kind),
              })
            }
          >
            {`${t('order.release_hold')} ${t(`hold.${of.kind}`)}`}
          </Button>
        ))}
      {may.has('hold') && <Button onClick={() => askReason(t('order.hold'), hold.mutate)}>{t('order.hold')}</Button>}
      {may.has('amend') && <Button onClick={() => setAmending(true)}>{t('amend.title')}</Button>}
      {amending && <AmendOrder order={order} close={() => setAmending(false)} />}
      {may.has('close-remainder') && (
        <Button onClick={() => askReason(t('order.close_remainder'), close.mutate)}>{t('order.close_remainder')}</Button>
      )}
      {has(session, 'DLR') && order.shipments.some((shipment) => shipment.status === 'DELIVERED') && (
        <Link to="/delivery?status=DELIVERED"><Button type="primary">{t('delivery.receive')}</Button></Link>
      )}
      {has(session, 'DLR', 'SAL') && (
        <Button loading={reorder.isPending} onClick={() => reorder.mutate(order.number)}>{t('order.reorder')}</Button>
      )}
      {may.has('cancel') && (
        <Button danger onClick={() => askReason(t('order.cancel'), cancel.mutate)}>{t('order.cancel')}</Button>
      )}
    </Space>
  );
}
