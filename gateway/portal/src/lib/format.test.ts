import { expect, it } from 'vitest';
import { decimal, duration, minorOf, money, price } from './format';

it('shows minor units exactly, also beyond what a float holds', () => {
  expect(money(5, 'zh-CN')).toBe('¥0.05');
  expect(money(-123_456, 'zh-CN')).toBe('-¥1,234.56');
  expect(decimal(900_719_925_474_099_1)).toBe('90071992547409.91');
});

it('keeps six decimals of a unit price', () => {
  expect(price('12.345678', 'zh-CN')).toBe('¥12.345678');
  expect(price('7', 'en')).toBe('¥7.00');
});

it('reads amounts as people type them, and refuses what is none', () => {
  expect(minorOf('1,234.5')).toBe(123_450);
  expect(minorOf('￥ 88')).toBe(8_800);
  expect(minorOf('1.234')).toBeUndefined();
  expect(minorOf('-1')).toBeUndefined();
});

it('says a duration in its two largest units', () => {
  const words = { d: 'd', h: 'h', m: 'm', s: 's' };
  expect(duration(2 * 86_400 + 3 * 3_600 + 59, words)).toBe('2 d 3 h');
  expect(duration(0, words)).toBe('0 s');
});
