import type { AmendedLineRequest, OrderResponse } from '../../api/client';

type Line = Pick<OrderResponse['lines'][number], 'line_no' | 'sku' | 'quantity' | 'shipped'>;
export interface NewLine {
  sku: string;
  quantity: number;
}

/** What is asked for: the lines whose quantity is another one, and the new ones. */
export function changesOf(lines: Line[], quantities: Record<number, number>, added: NewLine[]): AmendedLineRequest[] {
  const changed = lines
    .filter((line) => line.shipped === 0 && (quantities[line.line_no] ?? line.quantity) !== line.quantity)
    .map((line) => ({ line_no: line.line_no, sku: line.sku, quantity: quantities[line.line_no]! }));
  return [...changed, ...added.map(({ sku, quantity }) => ({ sku, quantity }))];
}

/** Whether anything would be left of the order. */
export function leavesSomething(lines: Line[], quantities: Record<number, number>, added: NewLine[]): boolean {
  return added.length > 0 || lines.some((line) => (quantities[line.line_no] ?? line.quantity) > 0);
}
