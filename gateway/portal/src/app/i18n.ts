import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import i18n from 'i18next';
import { initReactI18next } from 'react-i18next';
import zh from '../locales/zh-CN.json';

export type Language = 'zh-CN' | 'en';
const STORED = 'language';

/** Chinese is in the bundle; English is fetched when somebody asks for it. */
export async function setLanguage(language: Language): Promise<void> {
  if (!i18n.hasResourceBundle(language, 'translation')) {
    const words = await import('../locales/en.json');
    i18n.addResourceBundle(language, 'translation', words.default);
  }
  await i18n.changeLanguage(language);
  localStorage.setItem(STORED, language);
  document.documentElement.lang = language;
  dayjs.locale(language === 'en' ? 'en' : 'zh-cn');
}

export async function initI18n(): Promise<void> {
  await i18n.use(initReactI18next).init({
    lng: 'zh-CN',
    fallbackLng: 'zh-CN',
    resources: { 'zh-CN': { translation: zh } },
    interpolation: { escapeValue: false },
  });
  await setLanguage(localStorage.getItem(STORED) === 'en' ? 'en' : 'zh-CN');
}
