import { languageOfPage } from '../language.ts';

/** Messages of the home page in its language. */
export const homeText =
  languageOfPage() === 'zh'
    ? (await import('../../i18n/zh/home.ts')).home
    : (await import('../../i18n/en/home.ts')).home;
