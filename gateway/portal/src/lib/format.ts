/** Decimal string of an amount in minor units: exact, no floats. */
export function decimal(minor: number): string {
  const digits = String(Math.abs(minor)).padStart(3, '0');
  return `${minor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Minor units of what somebody typed, e.g. `1,234.5`; undefined when it is no amount. */
export function minorOf(typed: string): number | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(typed.replace(/[,，\s¥￥]/g, ''));
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : undefined;
}

/** Intl formats a numeric string exactly. */
export const money = (minor: number, language: string, currency = 'CNY'): string =>
  price(decimal(minor), language, currency);

/** A unit price: at least two and at most six decimals. */
export const price = (value: string, language: string, currency = 'CNY'): string =>
  new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: 6,
  }).format(value as Intl.StringNumericLiteral);

export const quantity = (value: number, language: string): string =>
  new Intl.NumberFormat(language).format(value);

/** The company's clock, wherever the browser stands. */
export const dateTime = (value: string, language: string): string =>
  new Intl.DateTimeFormat(language, {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone: 'Asia/Shanghai',
  }).format(new Date(value));

export const date = (value: string, language: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'short', timeZone: 'Asia/Shanghai' }).format(
    new Date(value),
  );

/** Seconds as the two largest units, e.g. `2 d 3 h`. */
export function duration(seconds: number, words: { d: string; h: string; m: string; s: string }) {
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [word, size] of [[words.d, 86_400], [words.h, 3_600], [words.m, 60], [words.s, 1]] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) parts.push(`${count} ${word}`);
  }
  return parts.slice(0, 2).join(' ') || `0 ${words.s}`;
}
