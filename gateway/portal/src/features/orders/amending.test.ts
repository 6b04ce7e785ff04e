import { expect, it } from 'vitest';
import { changesOf, leavesSomething } from './amending';

const lines = [
  { line_no: 1, sku: 'A', quantity: 5, shipped: 0 },
  { line_no: 2, sku: 'B', quantity: 3, shipped: 0 },
  { line_no: 3, sku: 'C', quantity: 2, shipped: 1 },
];

it('asks only for lines that become others, and for new ones', () => {
  expect(changesOf(lines, { 1: 7, 2: 3 }, [{ sku: 'D', quantity: 4 }])).toEqual([
    { line_no: 1, sku: 'A', quantity: 7 },
    { sku: 'D', quantity: 4 },
  ]);
});

it('takes a line away by the quantity 0', () => {
  expect(changesOf(lines, { 2: 0 }, [])).toEqual([{ line_no: 2, sku: 'B', quantity: 0 }]);
});

it('leaves a line alone of which goods have left', () => {
  expect(changesOf(lines, { 3: 9 }, [])).toEqual([]);
});

it('knows an order of which nothing would be left', () => {
  expect(leavesSomething(lines.slice(0, 1), { 1: 0 }, [])).toBe(false);
  expect(leavesSomething(lines.slice(0, 1), { 1: 0 }, [{ sku: 'D', quantity: 1 }])).toBe(true);
});
