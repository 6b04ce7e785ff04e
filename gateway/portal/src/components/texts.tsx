import { useTranslation } from 'react-i18next';
import { dateTime, money, price, quantity } from '../lib/format';

/** Numbers stand right and line up. */
const Number_ = ({ children }: { children: string }) => <span className="num">{children}</span>;

export function Money({ minor, currency }: { minor: number | null | undefined; currency?: string }) {
  const { i18n } = useTranslation();
  return <Number_>{minor == null ? '–' : money(minor, i18n.language, currency)}</Number_>;
}

export function UnitPrice({ value }: { value: string | null | undefined }) {
  const { i18n } = useTranslation();
  return <Number_>{value == null ? '–' : price(value, i18n.language)}</Number_>;
}

export function Quantity({ value, unit = '' }: { value: number; unit?: string }) {
  const { i18n } = useTranslation();
  return <Number_>{`${quantity(value, i18n.language)}${unit && ` ${unit}`}`}</Number_>;
}

export function Time({ at }: { at: string | null | undefined }) {
  const { i18n } = useTranslation();
  return <Number_>{at ? dateTime(at, i18n.language) : '–'}</Number_>;
}

/** Of a text that the services say in both languages, the reader's. */
export function useSaid() {
  const { i18n } = useTranslation();
  return (zh: string, en: string) => (i18n.language === 'en' ? en : zh);
}
