export interface PastedLine {
  sku: string;
  quantity: number;
}
export interface Pasted {
  lines: PastedLine[];
  errors: { line: number; text: string }[];
}

const halfWidth = (text: string): string =>
  text
    .replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ');
const HEADER = /^(sku|货号|商品编码|编码)/i;
const LINE = /^([A-Za-z0-9][\w./-]*)(?:[\s,;、*xX×]+(\d{1,6}))?$/;

/** What was pasted from a spreadsheet, chat or CSV: one "SKU quantity" a line; equal SKUs are summed. */
export function parseSkuPaste(text: string): Pasted {
  const sums = new Map<string, number>();
  const errors: Pasted['errors'] = [];
  for (const [index, raw] of halfWidth(text).split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (!line || (index === 0 && HEADER.test(line))) continue;
    const match = LINE.exec(line);
    const quantity = match?.[2] === undefined ? 1 : Number(match[2]);
    if (!match?.[1] || quantity < 1) {
      errors.push({ line: index + 1, text: line });
      continue;
    }
    const sku = match[1].toUpperCase();
    sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  }
  return { lines: [...sums].map(([sku, quantity]) => ({ sku, quantity })), errors };
}
