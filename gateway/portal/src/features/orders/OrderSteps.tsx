import { Grid, Progress, Steps } from 'antd';
import { useTranslation } from 'react-i18next';
import type { OrderResponse } from '../../api/client';

const STEPS = ['submitted', 'confirmed', 'picked', 'shipped', 'received', 'completed'] as const;
const UNDONE = new Set(['CANCELLING', 'CANCELLED', 'REJECTED', 'EXPIRED']);

/** How many of the steps are behind the order. */
export function reached(order: Pick<OrderResponse, 'status' | 'confirmed_at' | 'lines'>): number {
  if (order.status === 'COMPLETED' || order.status === 'CLOSED_SHORT') return STEPS.length;
  const all = (count: 'picked' | 'shipped' | 'received') =>
    order.lines.every((line) => line[count] >= line.quantity - line.closed);
  if (!order.confirmed_at) return 1;
  if (!all('picked')) return 2;
  if (!all('shipped')) return 3;
  return all('received') ? 5 : 4;
}

/** The way of an order, and how far it came; one line on a phone. */
export function OrderSteps({ order }: { order: OrderResponse }) {
  const { t } = useTranslation();
  const wide = Grid.useBreakpoint().md ?? true;
  const done = reached(order);
  const gone = UNDONE.has(order.status);
  if (!wide) {
    const word = gone ? t(`status.${order.status}`) : t(`step.${STEPS[Math.min(done, STEPS.length) - 1] ?? 'submitted'}`);
    return (
      <Progress
        aria-label={word}
        steps={STEPS.length}
        percent={(done / STEPS.length) * 100}
        status={gone ? 'exception' : undefined}
        format={() => word}
      />
    );
  }
  return (
    <Steps
      size="small"
      current={done}
      status={gone ? 'error' : undefined}
      items={STEPS.map((step) => ({ title: t(`step.${step}`) }))}
    />
  );
}
