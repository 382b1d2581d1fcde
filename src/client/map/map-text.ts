import { languageOfPage } from '../language.ts';

/** Messages of the map in the page's language. */
export const mapText =
  languageOfPage() === 'zh' ? (await import('../../i18n/zh/map.ts')).map : (await import('../../i18n/en/map.ts')).map;
