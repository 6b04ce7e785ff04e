import { App, Button, Flex } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, ifMatch, ordersConfirmOrder, type OrderSummary } from '../../api/client';
import { useAct } from '../../api/use';
import { Status } from '../../components/Status';
import { uuid } from '../../lib/uuid';

/** Confirm many orders, as they were seen; each gets its answer. */
export function ConfirmAll({ orders, done }: { orders: OrderSummary[]; done: () => void }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const keys = useRef(new Map<string, string>());
  const keyOf = (id: string) => {
    const key = keys.current.get(id) ?? uuid();
    keys.current.set(id, key);
    return key;
  };
  const confirm = useAct(
    async () => {
      const answers = await Promise.allSettled(
        orders.map(({ order_id, version }) =>
          ordersConfirmOrder({ path: { order_id }, headers: { ...ifMatch(version), 'idempotency-key': keyOf(order_id) } }),
        ),
      );
      return { data: answers.map((answer, at) => ({ order: orders[at]!, refusal: refusalOf(answer) })) };
    },
    {
      done: (results) => {
        done();
        if (results.every((it) => !it.refusal)) return void message.success(t('order.confirmed'));
        modal.info({
          title: t('order.confirmed_some', { done: results.filter((it) => !it.refusal).length, all: results.length }),
          okText: t('common.ok'),
          content: (
            <Flex vertical gap={4}>
              {results.map(({ order, refusal }) => (
                <Flex key={order.order_id} gap={8} wrap>
                  <span className="num">{order.number}</span>
                  {refusal ?? <Status code="CONFIRMED" word={t('status.CONFIRMED')} />}
                </Flex>
              ))}
            </Flex>
          ),
        });
      },
    },
  );
  return (
    <Button size="small" type="primary" loading={confirm.isPending} onClick={() => confirm.mutate(undefined)}>
      {t('order.confirm')}
    </Button>
  );
}

function refusalOf(answer: PromiseSettledResult<unknown>): string | undefined {
  if (answer.status === 'fulfilled') return undefined;
  return answer.reason instanceof ApiError ? answer.reason.message : String(answer.reason);
}
