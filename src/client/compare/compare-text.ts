import { languageOfPage } from '../language.ts';

/** Messages of the compare page in its language. */
export const compareText =
  languageOfPage() === 'zh'
    ? (await import('../../i18n/zh/compare.ts')).compare
    : (await import('../../i18n/en/compare.ts')).compare;
