import { z } from 'zod';
import { slug } from './ids.ts';

const ids = z.array(slug).min(2);
const isOneOf = (choices: readonly string[]) => (id: string) => choices.includes(id);

/** One or several of the choices; all keys and no others must be chosen. */
const choice = z
  .strictObject({ kind: z.literal('choice'), choices: ids, keys: z.array(slug).min(1) })
  .refine((q) => q.keys.every(isOneOf(q.choices)), { path: ['keys'], error: 'a key is not one of choices' });

/** The choices must be brought into the order of the keys. `choices` is the order in which they are offered. */
const order = z
  .strictObject({ kind: z.literal('order'), choices: ids, keys: ids })
  .refine((q) => [...q.keys].sort().join() === [...q.choices].sort().join(), {
    path: ['keys'],
    error: 'keys are the choices in their right order',
  })
  .refine((q) => q.keys.join() !== q.choices.join(), {
    path: ['choices'],
    error: 'offered in the right order already',
  });

/** Each choice must be given its target; a target may belong to several choices or to none. */
const match = z
  .strictObject({ kind: z.literal('match'), choices: ids, targets: ids, keys: z.record(slug, slug) })
  .refine((q) => Object.keys(q.keys).sort().join() === [...q.choices].sort().join(), {
    path: ['keys'],
    error: 'every choice has a key',
  })
  .refine((q) => Object.values(q.keys).every(isOneOf(q.targets)), { path: ['keys'], error: 'a key is not a target' });

/** A question with keys. They never reach the page. */
export const question = z.discriminatedUnion('kind', [choice, order, match]);
export type Question = z.infer<typeof question>;

/** A text of a form; judged by `key`, or by the step's check. */
const textField = z
  .strictObject({ pattern: z.string().refine(isRegExp, 'not a regular expression'), key: z.string().optional() })
  .refine((a) => !a.key || isRegExp(a.key), { path: ['key'], error: 'key is not a regular expression' });

/** One of several choices; judged by `key`, or by the step's check. */
const choiceField = z
  .strictObject({ choices: ids, key: slug.optional() })
  .refine((a) => !a.key || a.choices.includes(a.key), { path: ['key'], error: 'key is not one of choices' });

/** A field in the page. */
export const answerField = z.union([textField, choiceField, question]);
export type AnswerField = z.infer<typeof answerField>;

/**
 * What a learner gives is one text, also where it is more than a word: chosen ids and an order are ids with spaces
 * between, a match is `choice=target` for each.
 */
export function hasForm(field: AnswerField, given: string): boolean {
  if ('pattern' in field) return new RegExp(field.pattern, 'u').test(given.trim());
  if (!('keys' in field)) return field.choices.includes(given);
  const words = given.split(' ');
  const chosen = field.kind === 'match' ? words.map((word) => word.split('=')[0] ?? '') : words;
  const complete = field.kind === 'choice' || chosen.length === field.choices.length;
  const known = chosen.every(isOneOf(field.choices)) && new Set(chosen).size === chosen.length;
  return complete && known && (field.kind !== 'match' || words.every((word) => isTarget(field.targets, word)));
}

/** Whether it is right; a field without a key is judged by somebody else. */
export function isRight(field: AnswerField, given: string): boolean {
  if (!('keys' in field)) {
    if (field.key === undefined) return true;
    return 'pattern' in field ? new RegExp(field.key, 'u').test(given) : field.key === given;
  }
  if (field.kind === 'order') return given === field.keys.join(' ');
  const keys = field.kind === 'choice' ? field.keys : Object.entries(field.keys).map((pair) => pair.join('='));
  return given.split(' ').sort().join(' ') === [...keys].sort().join(' ');
}

/** The ids that the page offers, in their order; none for a text. */
export function choicesOf(field: AnswerField | undefined): readonly string[] {
  return field && 'choices' in field ? field.choices : [];
}

export function targetsOf(field: AnswerField | undefined): readonly string[] {
  return field && 'targets' in field ? field.targets : [];
}

function isTarget(targets: readonly string[], word: string): boolean {
  const [, target = '', ...rest] = word.split('=');
  return targets.includes(target) && rest.length === 0;
}

function isRegExp(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}
