import { expect, it } from 'vitest';
import type { OrderResponse } from '../../api/client';
import { reached } from './OrderSteps';

type Line = OrderResponse['lines'][number];
const line = (counts: Partial<Line>) => ({ quantity: 5, closed: 0, picked: 0, shipped: 0, received: 0, ...counts }) as Line;

it('stands at the step that its slowest line has reached', () => {
  const order = (...lines: Line[]) => ({ status: 'IN_FULFILMENT' as const, confirmed_at: '2026-11-24T00:00:00Z', lines });
  expect(reached({ ...order(line({})), confirmed_at: null })).toBe(1);
  expect(reached(order(line({ picked: 5 }), line({ picked: 4 })))).toBe(2);
  expect(reached(order(line({ picked: 5, shipped: 5 }), line({ picked: 5, shipped: 5, received: 5 })))).toBe(4);
  expect(reached({ ...order(line({})), status: 'COMPLETED' })).toBe(6);
});
