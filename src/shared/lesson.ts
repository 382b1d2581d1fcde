import { z } from 'zod';
import { containerName, localized, slug } from './ids.ts';

/** Facts of the machine or the lab by which a block's text may differ. */
export const facts = ['cgroup1', 'cgroup2', 'standin', 'official'] as const;

const blockText = z.union([z.string().min(1), z.partialRecord(z.enum(facts), z.string().min(1))]);

export const block = z
  .strictObject({
    /** Chain of containers from L1; absent means L1 itself. */
    in: z.union([containerName, z.array(containerName).min(1)]).optional(),
    /** Only where the level is not 1 + the chain's length. */
    level: z.int().min(1).max(5).optional(),
    /** Typed into the terminal with a click. */
    run: blockText.optional(),
    /** Offered for copying only. */
    copy: blockText.optional(),
    /** Example output, folded. */
    shows: blockText.optional(),
  })
  .refine((b) => [b.run, b.copy, b.shows].filter((text) => text !== undefined).length === 1, {
    error: 'a block has exactly one of run, copy, shows',
  });
export type Block = z.infer<typeof block>;

const pattern = z.string().refine(isRegExp, { error: 'not a regular expression' });

/** A field in the page. `pattern` is the form the text must have, `choices` offers options, `key` is the right one. */
const answerField = z
  .strictObject({ pattern: pattern.optional(), choices: z.array(slug).min(2).optional(), key: z.string().optional() })
  .refine((a) => (a.pattern === undefined) !== (a.choices === undefined), {
    error: 'an answer has either pattern or choices',
  })
  .refine((a) => !a.choices || !a.key || a.choices.includes(a.key), {
    path: ['key'],
    error: 'key is not one of choices',
  })
  .refine((a) => a.choices || !a.key || isRegExp(a.key), { path: ['key'], error: 'key is not a regular expression' });
export type AnswerField = z.infer<typeof answerField>;

const predict = z
  .strictObject({ choices: z.array(slug).min(2), truth: slug })
  .refine((p) => p.choices.includes(p.truth), { path: ['truth'], error: 'truth is not one of choices' });

export const stepKinds = ['do', 'answer', 'event', 'read'] as const;

const step = z
  .strictObject({
    /** Number of the step in the course plan. */
    source: z.string().optional(),
    kind: z.enum(stepKinds),
    minutes: z.number().positive(),
    predict: predict.optional(),
    answers: z.record(slug, answerField).default({}),
    blocks: z.record(slug, block).default({}),
    /** Everything the check may say when the step is not passed. */
    reasons: z.array(slug).default([]),
    hints: z.int().min(0).max(3).default(0),
    /** The server record that passes an `event` step. */
    event: z.enum(['reset', 'extend']).optional(),
    /** Shape of the map when the step is done: containers of L1, and what runs inside each. */
    map: z.record(containerName, z.array(containerName)).optional(),
  })
  .superRefine((s, ctx) => {
    const fail = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if ((s.kind === 'event') !== (s.event !== undefined)) fail('event', 'event belongs to steps of kind event');
    if (s.kind === 'do' && s.reasons.length === 0) fail('reasons', 'a do step says why it is not passed yet');
    if (s.kind === 'do' && s.hints !== 3) fail('hints', 'a do step has three hints');
    if (s.kind === 'answer') {
      if (Object.keys(s.answers).length === 0) fail('answers', 'an answer step needs answers');
      for (const [id, field] of Object.entries(s.answers)) if (!field.key) fail('answers', `answer ${id} has no key`);
    }
  });
export type Step = z.infer<typeof step>;

const quiz = z
  .strictObject({
    kind: z.literal('choice'),
    choices: z.array(slug).min(2),
    /** All of these, and no others, must be chosen. Never sent to the page. */
    keys: z.array(slug).min(1),
  })
  .refine((q) => q.keys.every((key) => q.choices.includes(key)), {
    path: ['keys'],
    error: 'a key is not one of choices',
  });
export type Quiz = z.infer<typeof quiz>;

/** lesson.yaml: everything about a lesson that does not depend on the language. */
export const lessonFile = z.strictObject({
  lab: slug,
  minutes: z.number().positive(),
  requires: z.array(slug).default([]),
  claims: z.array(z.string().min(1)).default([]),
  steps: z.record(slug, step).refine((steps) => Object.keys(steps).length > 0, { error: 'a lesson has steps' }),
  quiz: z.record(slug, quiz).default({}),
});
export type LessonFile = z.infer<typeof lessonFile>;

/** track.yaml: order of the lessons of a track. */
export const trackFile = z.strictObject({
  /** Number of the track in the course plan; tracks are listed by it. */
  number: z.int().min(0),
  title: localized,
  summary: localized,
  lessons: z.array(slug).min(1),
});
export type TrackFile = z.infer<typeof trackFile>;

/** The containers between L1 and the place where a block runs. */
export function blockChain(b: Block): string[] {
  return b.in === undefined ? [] : typeof b.in === 'string' ? [b.in] : b.in;
}

/** The nesting depth at which a block runs; L1 is 1. */
export function blockLevel(b: Block): number {
  return b.level ?? blockChain(b).length + 1;
}

/** What kind of block it is and its text; a text that depends on a fact is chosen by the facts given. */
export function blockContent(b: Block, known: readonly string[]): { kind: 'run' | 'copy' | 'shows'; text: string } {
  const kind = b.run !== undefined ? 'run' : b.copy !== undefined ? 'copy' : 'shows';
  const text = b[kind];
  if (typeof text === 'string') return { kind, text };
  const chosen = Object.entries(text ?? {}).find(([fact]) => known.includes(fact));
  return { kind, text: chosen?.[1] ?? Object.values(text ?? {})[0] ?? '' };
}

function isRegExp(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}
