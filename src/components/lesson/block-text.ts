import { type Block, facts, fillVariables } from '../../shared/lesson.ts';

/** One text of a block and the fact of the machine that it belongs to, if there are several. */
export interface Variant {
  fact?: (typeof facts)[number];
  text: string;
  /** Shown until the page knows the facts of the server. */
  usual: boolean;
}

const usualFacts: readonly string[] = ['cgroup2', 'official'];

/** All texts of a block, as they are shown: our variables are placeholders, `$${` is a literal `${`. */
export function blockVariants(block: Block): Variant[] {
  const content = block.write?.text ?? block.run ?? block.copy ?? block.shows ?? '';
  if (typeof content === 'string') return [{ text: shown(content), usual: true }];
  const known = facts.filter((fact) => content[fact] !== undefined);
  const usual = known.find((fact) => usualFacts.includes(fact)) ?? known[0];
  return known.map((fact) => ({ fact, text: shown(content[fact] ?? ''), usual: fact === usual }));
}

function shown(text: string): string {
  return fillVariables(text, (name) => `‹${name}›`).trimEnd();
}
