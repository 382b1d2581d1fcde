import { joined } from '../../shared/han.ts';

/** A part of a page that begins with a heading, as Pagefind gives it. */
interface Part {
  title: string;
  url: string;
  excerpt: string;
  weighted_locations: { balanced_score: number }[];
}

/** A page that Pagefind has found. Excerpts are HTML: escaped text with `<mark>`. */
export interface FoundPage {
  url: string;
  excerpt: string;
  meta: Record<string, string>;
  sub_results: Part[];
}

export interface Found {
  href: string;
  lesson: string;
  track: string;
  /** The step that speaks of it most; empty when it stands before the first. */
  step: string;
  /** Text in pieces; every second one is what was looked for. */
  excerpt: string[];
}

/** Where in a found lesson what was looked for stands, and how it reads there. */
export function foundIn({ url, excerpt, meta, sub_results }: FoundPage): Found {
  const [best] = [...sub_results].sort((a, b) => weight(b) - weight(a));
  return {
    // The heading of the step `really-nested` is called `really-nested-title`.
    href: (best?.url ?? url).replace(/-title$/, ''),
    lesson: words(meta.title ?? ''),
    track: words(meta.track ?? ''),
    step: best?.url.includes('#') ? words(best.title) : '',
    excerpt: pieces(best?.excerpt ?? excerpt),
  };
}

function weight({ weighted_locations }: Part): number {
  return weighted_locations.reduce((sum, { balanced_score }) => sum + balanced_score, 0);
}

/** Without what parted words for the index: our spaces, and Pagefind's of no width. */
function words(text: string): string {
  return joined(text.replaceAll('\u200b', ''));
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };

/** Pagefind marks word by word, with the space behind it. */
function pieces(excerpt: string): string[] {
  return words(excerpt.replaceAll(' </mark>', '</mark> '))
    .replace(/<\/mark>( ?)<mark>/g, '$1')
    .split(/<\/?mark>/)
    .map((piece) => piece.replace(/&(lt|gt|amp|quot|#39);/g, (entity, name: string) => named[name] ?? entity));
}
