import { type Block, facts } from '../../shared/lesson.ts';

export type BlockKind = 'run' | 'copy' | 'shows';

/** One text of a block and the fact of the machine that it belongs to, if there are several. */
export interface Variant {
  fact?: (typeof facts)[number];
  text: string;
  /** Shown until the page knows the facts of the server. */
  usual: boolean;
}

const usualFacts: readonly string[] = ['cgroup2', 'official'];

export function blockKind(block: Block): BlockKind {
  return block.run !== undefined ? 'run' : block.copy !== undefined ? 'copy' : 'shows';
}

/** All texts of a block, as they are shown: our variables are placeholders, `$${` is a literal `${`. */
export function blockVariants(block: Block): Variant[] {
  const content = block[blockKind(block)] ?? '';
  if (typeof content === 'string') return [{ text: shown(content), usual: true }];
  const known = facts.filter((fact) => content[fact] !== undefined);
  const usual = known.find((fact) => usualFacts.includes(fact)) ?? known[0];
  return known.map((fact) => ({ fact, text: shown(content[fact] ?? ''), usual: fact === usual }));
}

function shown(text: string): string {
  return text
    .replace(/(\$?)\$\{(?:lab|attempt)\.([\w-]+)\}/g, (whole, escaped, name) => (escaped ? whole : `‹${name}›`))
    .replaceAll('$${', '${')
    .trimEnd();
}
