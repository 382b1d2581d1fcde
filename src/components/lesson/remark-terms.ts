import { lessonLink } from '../../shared/lesson.ts';
import type { TermsFile } from '../../shared/term.ts';

/** Links the first use of each term in a lesson to the glossary, and `lesson:<id>#<step>` to the page in this language. */

interface Node {
  type: string;
  name?: string | null;
  value?: string;
  url?: string;
  children?: Node[];
  data?: { hProperties: Record<string, string> };
}
type Language = 'en' | 'zh';

/** Where no term is linked: what is asked, and what is shown later. */
const skipped = new Set(['Predict', 'Answer', 'Quiz', 'Why', 'Hint', 'Solution', 'Sources']);
const skippedTypes = new Set(['link', 'heading', 'inlineCode', 'code']);

/** The plugin for a table of terms. */
export function remarkTerms(terms: TermsFile) {
  const finders = { en: finderOf(terms, 'en'), zh: finderOf(terms, 'zh') };
  return () => (tree: Node, file: { path?: string }) => {
    const locale = /\/lessons\/.*\/(en|zh)\.mdx$/.exec(file.path ?? '')?.[1] as Language | undefined;
    if (!locale) return;
    linkLessons(tree, locale);
    linkTerms(tree, locale, finders[locale], new Set());
  };
}

function linkLessons(node: Node, locale: Language): void {
  for (const child of node.children ?? []) {
    if (child.url) child.url = lessonLink(child.url, locale);
    linkLessons(child, locale);
  }
}

function linkTerms(node: Node, locale: Language, find: Finder, seen: Set<string>): void {
  node.children = node.children?.flatMap((child) => {
    if (child.type === 'text') return linked(child.value ?? '', locale, find, seen);
    if (!skippedTypes.has(child.type) && !skipped.has(child.name ?? '')) linkTerms(child, locale, find, seen);
    return [child];
  }) as Node[];
}

function linked(text: string, locale: Language, find: Finder, seen: Set<string>): Node[] {
  const parts: Node[] = [];
  let end = 0;
  for (const { id, index, words } of find(text)) {
    if (seen.has(id)) continue;
    seen.add(id);
    parts.push({ type: 'text', value: text.slice(end, index) });
    parts.push({
      type: 'link',
      url: `/${locale}/glossary/#${id}`,
      children: [{ type: 'text', value: words }],
      data: { hProperties: { class: 'term' } },
    });
    end = index + words.length;
  }
  return [...parts, { type: 'text', value: text.slice(end) }].filter(({ value }) => value !== '');
}

type Finder = (text: string) => { id: string; index: number; words: string }[];

/** Finds terms that the glossary explains; of two that begin together the longer one. */
function finderOf(terms: TermsFile, locale: Language): Finder {
  const forms = Object.entries(terms)
    .filter(([, term]) => term.meaning)
    .flatMap(([id, term]) => term[locale].map((form) => ({ id, form })))
    .sort((a, b) => b.form.length - a.form.length);
  if (forms.length === 0) return () => [];
  const any = forms.map(({ form }) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const pattern = locale === 'en' ? new RegExp(`\\b(${any})s?\\b`, 'gi') : new RegExp(`(${any})`, 'g');
  return (text) =>
    [...text.matchAll(pattern)].map((match) => {
      const form = match[1]?.toLowerCase();
      return {
        id: forms.find((each) => each.form.toLowerCase() === form)?.id ?? '',
        index: match.index,
        words: match[0],
      };
    });
}
