import type { Locale } from '../i18n/locale.ts';

/** A year: how long the chosen language is remembered. */
const rememberSeconds = 31_536_000;

export function languageOfPage(): Locale {
  return document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
}

/** What stands between two sentences in a row: Chinese sets them without a space. */
export function gap(): string {
  return languageOfPage() === 'zh' ? '' : ' ';
}

/** `a, b, and c`, as the page's language sets it. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(document.documentElement.lang).format(names);
}

/** Makes the language link keep the place in the page, and remembers the choice for `/`. */
export function keepPlaceInLanguageLink(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-language]')) {
    link.addEventListener('click', () => {
      link.hash = location.hash;
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Safari before 18.4
      document.cookie = `locale=${link.dataset.language}; path=/; max-age=${rememberSeconds}; samesite=lax`;
    });
  }
}
