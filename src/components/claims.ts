import { getCollection } from 'astro:content';
import { fill } from '../i18n/fill.ts';
import { type Locale, pagePath } from '../i18n/locale.ts';
import { siteText } from '../i18n/site.ts';
import { claimsOf } from '../shared/claim.ts';
import { course, plannedLessons } from './course.ts';

interface ClaimRow {
  id: string;
  says: string;
  /** What is true, where the article is wrong. */
  instead: string | undefined;
  /** The steps that show it, or the source. */
  links: { href: string; words: string }[];
  /** What will show it. */
  later: string | undefined;
}

/** Everything that the articles say and where it is shown, in the order of lessons/claims.yaml. Throws on a dead link. */
export async function claimRows(locale: Locale): Promise<ClaimRow[]> {
  const text = siteText(locale).claims;
  const shown = await shownClaims(locale);
  const planned = await plannedLessons();
  const claims = await getCollection('claims');
  for (const id of shown.keys()) {
    if (!claims.some((claim) => claim.id === id)) throw new Error(`a lesson shows "${id}", which claims.yaml lacks`);
  }
  return claims.map(({ id, data }) => {
    const links = data.cited ? [{ href: data.cited, words: text.cited }] : (shown.get(id) ?? []);
    const coming = data.later ?? planned.get(data.lesson ?? '');
    if (links.length === 0 && !coming) throw new Error(`claims.yaml: ${id} is shown nowhere`);
    return {
      id,
      says: data.says[locale],
      instead: data.instead && fill(text.instead, { what: data.instead[locale] }),
      links,
      later: links.length === 0 ? fill(text.later, { what: coming?.[locale] }) : undefined,
    };
  });
}

/** Links to the steps that show a claim, by its id. */
async function shownClaims(locale: Locale): Promise<Map<string, ClaimRow['links']>> {
  const shown = new Map<string, ClaimRow['links']>();
  const facts = await getCollection('lessons');
  for (const lesson of (await course(locale)).flatMap((track) => track.lessons)) {
    const file = facts.find(({ id }) => id === lesson.id)?.data;
    for (const { id, step } of file ? claimsOf(file) : []) {
      const href = pagePath(locale, `lessons/${lesson.id}/${step ? `#${step}` : ''}`);
      const words = lesson.steps.find((each) => each.id === step)?.title ?? lesson.title;
      shown.set(id, [...(shown.get(id) ?? []), { href, words }]);
    }
  }
  return shown;
}
