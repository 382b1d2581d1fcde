import { languageOfPage } from './language.ts';

/** The page's messages in its language; only that language is loaded. */
export const text =
  languageOfPage() === 'zh' ? (await import('../i18n/zh/page.ts')).page : (await import('../i18n/en/page.ts')).page;
