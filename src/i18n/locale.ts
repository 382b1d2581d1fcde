import type { Locale } from '../shared/ids.ts';

export type { Locale };

/** The languages in the order in which they are offered. */
export const locales: readonly Locale[] = ['en', 'zh'];

/** How a language calls itself. */
export const languageNames: Record<Locale, string> = { en: 'English', zh: '中文' };

/** What stands in `lang` attributes. */
export const languageTags: Record<Locale, string> = { en: 'en', zh: 'zh-CN' };

/** The language a page offers to switch to. */
export function otherLocale(locale: Locale): Locale {
  return locale === 'en' ? 'zh' : 'en';
}

/** Address of a page; `path` is what follows the language, with a closing slash. */
export function pagePath(locale: Locale, path = ''): string {
  return `/${locale}/${path}`;
}

/** The static paths of a page that exists in every language. */
export function localePaths(): { params: { locale: Locale } }[] {
  return locales.map((locale) => ({ params: { locale } }));
}
