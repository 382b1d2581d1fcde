import { languageOfPage } from '../language.ts';

/** Messages of map and terminals in the page's language. */
export const labText =
  languageOfPage() === 'zh' ? (await import('../../i18n/zh/lab.ts')).lab : (await import('../../i18n/en/lab.ts')).lab;
