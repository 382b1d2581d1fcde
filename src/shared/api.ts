import { z } from 'zod';
import { containerName, locale, slug } from './ids.ts';
import { requirements } from './lesson.ts';

/** A moment: milliseconds since 1970-01-01 UTC. */
export const moment = z.int();

export const labStates = ['starting', 'ready', 'ending', 'ended'] as const;
export type LabState = (typeof labStates)[number];
export const endReasons = ['expired', 'idle', 'learner', 'instructor', 'failed', 'shutdown'] as const;
export type EndReason = (typeof endReasons)[number];
export const isolations = ['matryoshka', 'sysbox', 'userns-remap', 'privileged'] as const;
export type Isolation = (typeof isolations)[number];
/** The ladder: ways to fence sandboxes, the best first. */
export const rungs = ['registered', 'lab-engine', 'sysbox', 'userns-remap', 'privileged'] as const;
export type Rung = (typeof rungs)[number];
export const actors = ['learner', 'instructor', 'platform'] as const;
export type Actor = (typeof actors)[number];

/** What a starting lab is doing; shown under its real name with its time. */
export const phaseNames = ['queue', 'sandbox', 'daemon', 'terminal'] as const;
export const phase = z.object({
  name: z.enum(phaseNames),
  startedAt: moment,
  /** Milliseconds it took; absent while it runs. */
  ms: z.int().optional(),
});
export type PhaseName = (typeof phaseNames)[number];
export type Phase = z.infer<typeof phase>;

/** Where a shell stands, found out from outside. */
export const standing = z.object({
  level: z.int(),
  /** Containers from L1 to there; empty at L1. */
  chain: z.array(z.string()),
  /** Whose daemon a `docker` typed there speaks to: `host`, or the container that it runs in. Absent: none. */
  daemon: z.string().optional(),
});
export type Standing = z.infer<typeof standing>;

export const terminalView = z.object({
  name: slug,
  /** What the learner calls it; else it is called by its name. */
  label: z.string().optional(),
  /** Level and chain of containers at which it was opened. */
  level: z.int(),
  chain: z.array(containerName),
  here: standing,
  /** Who types. */
  keyboard: z.enum(['learner', 'instructor']),
  /** Since when it is recorded; absent while it is not. */
  recordingSince: moment.optional(),
});
export type TerminalView = z.infer<typeof terminalView>;
export const terminalAnswer = z.object({ terminal: terminalView });
export type TerminalAnswer = z.infer<typeof terminalAnswer>;

/** A finished recording of a terminal, asciicast v2. */
export const recordingView = z.object({
  id: slug,
  terminal: slug,
  startedAt: moment,
  /** Milliseconds. */
  duration: z.int(),
  bytes: z.int(),
});
export type RecordingView = z.infer<typeof recordingView>;
export const recordingsView = z.object({ recordings: z.array(recordingView) });
export type RecordingsView = z.infer<typeof recordingsView>;

export const labView = z.object({
  id: z.string(),
  spec: slug,
  state: z.enum(labStates),
  generation: z.int(),
  phases: z.array(phase),
  createdAt: moment,
  expiresAt: moment,
  maxExpiresAt: moment,
  /** When it will be ended for idleness, were nothing to happen; absent while it is far away. */
  idleAt: moment.optional(),
  endedBecause: z.enum(endReasons).optional(),
  endedBy: z.enum(actors).optional(),
  endedAt: moment.optional(),
  /** Why a lab with `endedBecause: failed` failed, one sentence for the operator. */
  failure: z.string().optional(),
  isolation: z.enum(isolations),
  terminals: z.array(terminalView),
});
export type LabView = z.infer<typeof labView>;

/** Where a learner is; `null` when he has left the lesson. */
export const place = z.object({ lesson: slug, step: slug });
export type Place = z.infer<typeof place>;

export const checkStatuses = ['preparing', 'checking', 'not-yet', 'passed', 'impossible', 'broken'] as const;
/** `impossible`: cannot be passed any more, offer a reset. `broken`: the check itself failed, our fault. */
export const checkView = place.extend({
  status: z.enum(checkStatuses),
  at: moment,
  reason: slug.optional(),
  values: z.record(z.string(), z.string()).optional(),
  /** The random word of this entry of the step: `${attempt.nonce}` in its blocks. */
  nonce: z.string().optional(),
  /** Last output of a broken script, for the author. */
  output: z.string().optional(),
});
export type CheckView = z.infer<typeof checkView>;

/** What is kept per learner and step; survives reload, reset and expiry. */
export const stepProgress = place.extend({
  /** When the learner first did something there. */
  enteredAt: moment,
  passedAt: moment.optional(),
  tries: z.int(),
  hints: z.int(),
  solutionSeen: z.boolean(),
  prediction: slug.optional(),
  /** Text last given per answer field. */
  answers: z.record(slug, z.string()),
});
export type StepProgress = z.infer<typeof stepProgress>;

/** Shown to others, also in an operator's terminal: nothing that moves the cursor or turns the direction of text. */
export const displayName = displayText(40);

export const learnerView = z.object({ id: z.string(), number: z.int(), name: displayName.optional() });
export type LearnerView = z.infer<typeof learnerView>;

/** What every page must know of this server. */
export const serverView = z.object({
  isolation: z.enum(isolations),
  /** Tags that are not the official images on this machine. */
  standins: z.array(z.string()),
  cgroup: z.enum(['v1', 'v2']),
  /** What lessons may require and labs here do not have. */
  lacks: z.array(z.enum(requirements)),
});
export type ServerView = z.infer<typeof serverView>;

export const meView = z.object({
  learner: learnerView,
  lab: labView.optional(),
  progress: z.array(stepProgress),
  server: serverView,
  /** True for a browser that holds an instructor's session. */
  instructor: z.boolean(),
});
export type MeView = z.infer<typeof meView>;

export const claimRequest = z.strictObject({
  spec: slug,
  lesson: slug.optional(),
  name: displayName.optional(),
  /** End a live lab of another spec first. */
  replace: z.boolean().default(false),
});
export const queueView = z.object({ position: z.int().min(1) });
export type QueueView = z.infer<typeof queueView>;
export const nameRequest = z.strictObject({ name: displayName });
export const resumeView = z.object({ link: z.url() });
export type ResumeView = z.infer<typeof resumeView>;
export const tokenRequest = z.strictObject({ token: z.string().min(16).max(128) });
export const ticketRequest = z.strictObject({ terminal: slug });
export const ticketView = z.object({ ticket: z.string(), expiresAt: moment });
export type TicketView = z.infer<typeof ticketView>;
export const blockRequest = z.strictObject({
  lesson: slug,
  step: slug,
  block: slug,
  /** The terminal on screen: preferred when it stands where the block belongs. */
  terminal: slug.optional(),
  /** Type it although the terminal is busy, or its shell stands elsewhere. */
  force: z.boolean().default(false),
});
export const blockView = z.object({ terminal: terminalView });
export type BlockView = z.infer<typeof blockView>;
/** Opens a shell in that chain of containers; in L1 without one. */
export const terminalRequest = z.strictObject({ chain: z.array(containerName).max(4).default([]) });
/** An empty label takes the learner's own away; `position` counts from 0. */
export const terminalChange = z.strictObject({
  label: displayText(40).or(z.literal('')).optional(),
  position: z.int().min(0).optional(),
});
export const recordingRequest = z.strictObject({ on: z.boolean() });
export const placeRequest = z.strictObject({ lesson: slug, step: slug });
export const answersRequest = z.strictObject({ answers: z.record(slug, z.string().max(2000)) });
/** `judged` is absent where a check in the lab judges the answer. */
export const answersView = z.object({ progress: stepProgress, judged: z.record(slug, z.boolean()).optional() });
export type AnswersView = z.infer<typeof answersView>;
export const predictionRequest = z.strictObject({ choice: slug });
export const hintRequest = z.strictObject({ level: z.int().min(1).max(3) });
export const progressView = z.object({ progress: stepProgress });
export type ProgressView = z.infer<typeof progressView>;
export const localeQuery = z.object({ locale });
/** `words` is the author's prose as HTML. */
export const solutionView = z.object({ script: z.string(), words: z.string(), progress: stepProgress });
export type SolutionView = z.infer<typeof solutionView>;
/** What gives answers away, as far as this learner may know it: authors' prose as HTML, and what was to be predicted. */
export const explanationsView = z.object({
  /** By `<step>/predict`, `<step>/answer-<id>` and `quiz/quiz-<id>`. */
  explanations: z.record(z.string(), z.string()),
  truths: z.record(slug, slug),
});
export type ExplanationsView = z.infer<typeof explanationsView>;

/** A lab as the instructor sees it. */
export const instructorLabView = labView.extend({
  learner: learnerView,
  place: place.optional(),
  lastActiveAt: moment,
  lastCheck: checkView.optional(),
  /** Its map as a few letters, see `mapShape`; absent while nobody has the map open. */
  shape: z.string().optional(),
});
export type InstructorLabView = z.infer<typeof instructorLabView>;
export const instructorLabsView = z.object({ labs: z.array(instructorLabView) });
export type InstructorLabsView = z.infer<typeof instructorLabsView>;

/** What a canary lab found on the rung that was chosen. */
export const verdictView = z.object({
  rung: z.enum(rungs),
  isolation: z.enum(isolations),
  /** Green: all commands work and nothing gets out. Yellow: less than that, but nothing gets out. Red: privileged. */
  state: z.enum(['green', 'yellow', 'red']),
  at: moment,
  /** The articles' commands, each in a sandbox. */
  commands: z.array(z.object({ id: slug, worked: z.boolean(), detail: z.string().optional() })),
  /** The escape probe, by the place it ran in. */
  probes: z.array(z.object({ place: slug, blocked: z.int(), unsupported: z.int(), open: z.array(z.string()) })),
});
export type Verdict = z.infer<typeof verdictView>;

/** What L1 sees of a container: its first process and those below it. */
export const processesView = z.object({
  processes: z.array(z.object({ uid: z.int(), pids: z.array(z.int()), command: z.string() })),
});
export type ProcessesView = z.infer<typeof processesView>;

export const healthView = z.object({
  status: z.enum(['ok', 'failing']),
  engine: z.object({ ok: z.boolean(), version: z.string().optional(), problem: z.string().optional() }),
  store: z.object({ ok: z.boolean(), problem: z.string().optional() }),
  pool: z.object({ ready: z.int(), size: z.int(), problem: z.string().optional() }),
  isolation: z.enum(isolations),
  verdict: verdictView,
});

function displayText(longest: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u, 'letters only, no control characters');
}
