import { site as en } from './en/site.ts';
import type { Locale } from './locale.ts';
import { site as zh } from './zh/site.ts';

export type { SiteText } from './en/site.ts';

/** Text of the prerendered pages in a language. */
export function siteText(locale: Locale) {
  return { en, zh }[locale];
}
