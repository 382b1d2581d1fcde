import { z } from 'zod';
import { containerName, type Locale, localized, slug } from './ids.ts';
import { answerField, question } from './question.ts';

/** Facts of the machine or the lab by which a block's text may differ. */
export const facts = ['cgroup1', 'cgroup2', 'standin', 'official'] as const;

/**
 * What a block's text may name as `${…}`; the second only in a `do` step. Filled in by the server where it is typed, by
 * the page where it is shown: a placeholder before the claim.
 */
export const variables = ['lab.id', 'attempt.nonce'] as const;
export type Variable = (typeof variables)[number];

/** What a machine may lack; the page has a sentence for each. */
export const requirements = ['cgroup-v2', 'sysbox', 'egress', 'nested-userns', 'official-images'] as const;
export type Requirement = (typeof requirements)[number];

const blockText = z.union([z.string().min(1), z.partialRecord(z.enum(facts), z.string().min(1))]);
const chain = z.union([containerName, z.array(containerName).min(1)]);

const blockKinds = ['run', 'copy', 'write', 'shows'] as const;
export type BlockKind = (typeof blockKinds)[number];

export const block = z
  .strictObject({
    /** Chain of containers from L1; absent means L1 itself. */
    in: chain.optional(),
    /** Only where the level is not 1 + the chain's length. */
    level: z.int().min(1).max(5).optional(),
    /** Typed into the terminal with a click. */
    run: blockText.optional(),
    /** Offered for copying only. */
    copy: blockText.optional(),
    /** A file, written through the terminal with a click. */
    write: z
      .strictObject({ path: z.string().regex(/^\/[\w./-]+$/, 'not an absolute path'), text: blockText })
      .optional(),
    /** Example output, folded. */
    shows: blockText.optional(),
  })
  .refine((b) => blockKinds.filter((kind) => b[kind] !== undefined).length === 1, {
    error: `a block has exactly one of ${blockKinds.join(', ')}`,
  });
export type Block = z.infer<typeof block>;

/** Containers of L1's daemon, and what runs inside each. */
export const mapShape = z.record(containerName, z.array(containerName));

const predict = z
  .strictObject({
    choices: z.array(slug).min(2),
    truth: slug,
    /** What the map will look like to who chooses this; drawn as ghosts until it is known. */
    maps: z.record(slug, mapShape).default({}),
  })
  .refine((p) => p.choices.includes(p.truth), { path: ['truth'], error: 'truth is not one of choices' })
  .refine((p) => Object.keys(p.maps).every((choice) => p.choices.includes(choice)), {
    path: ['maps'],
    error: 'a map belongs to one of choices',
  });

export const stepKinds = ['do', 'answer', 'event', 'read'] as const;

/** A container of a drawn map. */
export const mapBox = z.strictObject({
  image: z.string().optional(),
  privileged: z.boolean().default(false),
  /** The socket of the engine that owns it is mounted. */
  socket: z.boolean().default(false),
  /** Another container on the map whose engine it talks to, over TCP or with certificates. */
  tcp: containerName.optional(),
  tls: containerName.optional(),
  /** PIDs of its first process from L1 inwards. */
  pids: z.array(z.int()).optional(),
  /** It has ended. */
  gone: z.boolean().default(false),
  /** What an engine of its own runs inside; absent where there is none. */
  get runs() {
    return z.record(containerName, mapBox).optional();
  },
});
export type MapBox = z.infer<typeof mapBox>;

/** Where the answers to the questions at the end of a lesson are kept; no step has this id. */
export const quizStep = 'quiz';

const step = z
  .strictObject({
    /** Number of the step in the course plan. */
    source: z.string().optional(),
    kind: z.enum(stepKinds),
    minutes: z.number().positive(),
    /** What the machine must have for this step; the rest of the lesson works without. */
    requires: z.array(z.enum(requirements)).default([]),
    /** Rows of lessons/claims.yaml that this step shows. */
    claims: z.array(z.string().min(1)).default([]),
    predict: predict.optional(),
    answers: z.record(slug, answerField).default({}),
    blocks: z.record(slug, block).default({}),
    /** Terminals that open with the step, as chains of containers; those that do not run yet are left out. */
    terminals: z.array(chain).default([]),
    /** Everything the check may say when the step is not passed. */
    reasons: z.array(slug).default([]),
    hints: z.int().min(0).max(3).default(0),
    /** The server record that passes an `event` step. */
    event: z.enum(['reset', 'extend']).optional(),
    /** Shape of the map when the step is done; what stands elsewhere is marked. */
    map: mapShape.optional(),
  })
  .superRefine((s, ctx) => {
    const fail = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if ((s.kind === 'event') !== (s.event !== undefined)) fail('event', 'event belongs to steps of kind event');
    if (s.kind === 'do' && s.reasons.length === 0) fail('reasons', 'a do step says why it is not passed yet');
    if (s.kind === 'do' && s.hints !== 3) fail('hints', 'a do step has three hints');
    if (s.kind === 'answer') {
      if (Object.keys(s.answers).length === 0) fail('answers', 'an answer step needs answers');
      for (const [id, field] of Object.entries(s.answers)) {
        if (!('keys' in field) && !field.key) fail('answers', `answer ${id} has no key`);
      }
    }
  });
export type Step = z.infer<typeof step>;

/** lesson.yaml: everything about a lesson that does not depend on the language. */
export const lessonFile = z.strictObject({
  lab: slug,
  minutes: z.number().positive(),
  /** What the machine must have; where it lacks something, the lesson is not available, and the page says why. */
  requires: z.array(z.enum(requirements)).default([]),
  /** Rows of lessons/claims.yaml that the lesson shows as a whole; a step names its own. */
  claims: z.array(z.string().min(1)).default([]),
  /** Maps drawn in the text: the containers of L1. */
  maps: z.record(slug, z.record(containerName, mapBox)).default({}),
  steps: z
    .record(slug, step)
    .refine((steps) => Object.keys(steps).length > 0, { error: 'a lesson has steps' })
    .refine((steps) => !Object.hasOwn(steps, quizStep), {
      error: 'no step is called quiz: that is the end of the lesson',
    }),
  /** One question to look back, or more. */
  quiz: z
    .record(slug, question)
    .default({})
    .refine((quiz) => Object.keys(quiz).length > 0, { error: 'a lesson ends with a question' }),
});
export type LessonFile = z.infer<typeof lessonFile>;

/** track.yaml: order of the lessons of a track. */
export const trackFile = z.strictObject({
  /** Number of the track in the course plan; tracks are listed by it. */
  number: z.int().min(0),
  title: localized,
  summary: localized,
  /** Ids in their order. A planned lesson has its place and no folder yet; nobody sees it. */
  lessons: z.array(z.union([slug, z.strictObject({ planned: slug })])).min(1),
});
export type TrackFile = z.infer<typeof trackFile>;

/** The lessons of a track that exist, in their order. */
export function writtenLessons(track: Pick<TrackFile, 'lessons'>): string[] {
  return track.lessons.filter((entry) => typeof entry === 'string');
}

/** Inline code up to this length stays on one line. */
export const shortCode = 24;

/** Where a link of the prose leads: `lesson:<id>#<step>` to that page in the same language, any other as it is. */
export function lessonLink(url: string, locale: Locale): string {
  const [, id, step] = /^lesson:([^#]+)(?:#(.+))?$/.exec(url) ?? [];
  return id ? `/${locale}/lessons/${id}/${step ? `#${step}` : ''}` : url;
}

/** The containers between L1 and the place where a block runs or a terminal stands. */
export function chainOf(place: string | string[] | undefined): string[] {
  return place === undefined ? [] : typeof place === 'string' ? [place] : place;
}

export function blockChain(b: Block): string[] {
  return chainOf(b.in);
}

/** The nesting depth at which a block runs; L1 is 1. */
export function blockLevel(b: Block): number {
  return b.level ?? blockChain(b).length + 1;
}

export function blockKind(b: Block): BlockKind {
  return blockKinds.find((kind) => b[kind] !== undefined) as BlockKind;
}

/** What kind of block it is and its text; a text that depends on a fact is chosen by the facts given. */
export function blockContent(b: Block, known: readonly string[]): { kind: BlockKind; text: string } {
  const kind = blockKind(b);
  const text = b.write?.text ?? b.run ?? b.copy ?? b.shows ?? '';
  if (typeof text === 'string') return { kind, text };
  const chosen = Object.entries(text).find(([fact]) => known.includes(fact));
  return { kind, text: chosen?.[1] ?? Object.values(text)[0] ?? '' };
}

/**
 * What is typed into the terminal: the text with its variables, or for a file the command that writes it. A variable
 * without a value stays as it is; `$${` is a literal `${`.
 */
export function blockCommand(
  b: Block,
  known: readonly string[],
  values: Partial<Record<Variable, string>> = {},
): string {
  const text = fillVariables(blockContent(b, known).text, (name, whole) => values[name as Variable] ?? whole).trimEnd();
  return b.write ? `cat > ${b.write.path} <<'END_OF_FILE'\n${text}\nEND_OF_FILE` : text;
}

/** Replaces `${lab.…}` and `${attempt.…}`, and makes `$${` a literal `${`. */
export function fillVariables(text: string, value: (name: string, whole: string) => string): string {
  return text.replace(/\$\$\{|\$\{((?:lab|attempt)\.[\w-]+)\}/g, (whole, name) => (name ? value(name, whole) : '${'));
}
