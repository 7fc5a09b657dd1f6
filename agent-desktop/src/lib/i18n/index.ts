/** The pages' languages: Chinese first, English second; switched in place and remembered by the browser. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'zh-CN' | 'en';
const storageKey = 'hotline.language';

/** Called once at the start of the page. */
export async function startLanguages(): Promise<void> {
  const lng: Language = localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh-CN';
  await i18next.use(initReactI18next).init({
    resources: { 'zh-CN': { translation: zh }, en: { translation: en } },
    lng,
    fallbackLng: 'zh-CN',
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = lng;
}

/** The other language. */
export function switchLanguage(): void {
  const next: Language = i18next.language === 'en' ? 'zh-CN' : 'en';
  localStorage.setItem(storageKey, next);
  document.documentElement.lang = next;
  void i18next.changeLanguage(next);
}
