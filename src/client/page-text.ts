import type { PageText } from '../i18n/en/page.ts';

/** The page's messages in its language; they come with the page, so that nothing waits for another request. */
export const text = JSON.parse(document.getElementById('page-text')?.textContent ?? '{}') as PageText;
