import { expect, it } from 'vitest';
import { parseSkuPaste } from './parseSkuPaste';

it('takes tabs, commas, ×, full-width digits and a header row', () => {
  const pasted = parseSkuPaste('货号\t数量\nSN-1001\t12\nsn-1002，3\nSN-2003 × 5\nＳＮ-３０１０,２\n');
  expect(pasted).toEqual({
    errors: [],
    lines: [
      { sku: 'SN-1001', quantity: 12 },
      { sku: 'SN-1002', quantity: 3 },
      { sku: 'SN-2003', quantity: 5 },
      { sku: 'SN-3010', quantity: 2 },
    ],
  });
});

it('sums repeats, takes one where no quantity stands, and names the lines it cannot read', () => {
  expect(parseSkuPaste('A1 2\na1 3\nB2\n!!!\nC3 0')).toEqual({
    lines: [
      { sku: 'A1', quantity: 5 },
      { sku: 'B2', quantity: 1 },
    ],
    errors: [
      { line: 4, text: '!!!' },
      { line: 5, text: 'C3 0' },
    ],
  });
});
