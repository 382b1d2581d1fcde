import { page as enPage } from './en/page.ts';
import { site as en } from './en/site.ts';
import type { Locale } from './locale.ts';
import { page as zhPage } from './zh/page.ts';
import { site as zh } from './zh/site.ts';

export type { SiteText } from './en/site.ts';

/** Text of the prerendered pages in a language. */
export function siteText(locale: Locale) {
  return { en, zh }[locale];
}

/** What a page's script says in a language; it is sent along with the page. */
export function pageText(locale: Locale) {
  return { en: enPage, zh: zhPage }[locale];
}
