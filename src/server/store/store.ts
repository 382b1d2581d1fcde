import type { Actor, EndReason, Isolation, LabState, Place, StepProgress, Verdict } from '../../shared/api.ts';

/** All moments are milliseconds since 1970 UTC. */
export interface LearnerRow {
  id: string;
  /** Counts up from 1; "Learner 07" until he gives a name. */
  number: number;
  name: string | undefined;
}

export interface LabRow {
  id: string;
  learnerId: string;
  specId: string;
  state: LabState;
  generation: number;
  isolation: Isolation;
  /** What the canary had found when the lab began. */
  verdictId: number | undefined;
  createdAt: number;
  expiresAt: number;
  maxExpiresAt: number;
  lastActiveAt: number;
  place: Place | undefined;
  endedBecause: EndReason | undefined;
  endedBy: Actor | undefined;
  endedAt: number | undefined;
  failure: string | undefined;
}

export type SandboxState = 'creating' | 'ready' | 'removing' | 'removed';
export type SandboxPurpose = 'pool' | 'lab' | 'test';

export interface SandboxRow {
  id: string;
  purpose: SandboxPurpose;
  labId: string | undefined;
  generation: number | undefined;
  /** Sandboxes of one shape can stand in for each other. */
  shape: string;
  state: SandboxState;
  /** The engine's own id, known once it was created there. */
  engineRef: string | undefined;
  createdAt: number;
  leaseUntil: number;
  lastOutput: string | undefined;
}

export interface StoredVerdict {
  id: number;
  verdict: Verdict;
}

export type LinkKind = 'instructor' | 'resume';

/** The learner has a live lab already. */
export class LiveLabError extends Error {}

/** The database was written by a newer version of the code. */
export class NewerSchemaError extends Error {}

/** The database cannot be used: full disk, no permission, damaged. */
export class StoreError extends Error {}

/**
 * What is kept. Methods that change a state repeat the state they expect and answer whether it was so: of two replicas
 * that want the same thing exactly one gets `true`.
 */
export interface Store extends AsyncDisposable {
  /** Random, made once per data folder: in every label, so that two checkouts never touch each other's sandboxes. */
  readonly installId: string;
  /** Key for signing cookies, made once per data folder. */
  readonly secret: string;
  /** The original, when this is its copy and opened for the first time: from now on an install of its own, without labs. */
  readonly copyOf: string | undefined;

  /** Throws StoreError unless a row can be written. */
  probe(): Promise<void>;

  createLearner(id: string, now: number): Promise<LearnerRow>;
  learner(id: string): Promise<LearnerRow | undefined>;
  nameLearner(id: string, name: string): Promise<void>;

  /** Throws LiveLabError when the learner has a lab that has not ended. */
  insertLab(lab: LabRow): Promise<void>;
  lab(id: string): Promise<LabRow | undefined>;
  /** The learner's lab that has not ended, or the one that ended last. */
  latestLab(learnerId: string): Promise<LabRow | undefined>;
  labsIn(states: readonly LabState[]): Promise<LabRow[]>;
  /** Changes the lab if it is in one of the states given (and of the generation given). */
  changeLab(
    id: string,
    expected: { states: readonly LabState[]; generation?: number },
    change: Partial<Omit<LabRow, 'id' | 'learnerId' | 'specId' | 'createdAt'>>,
  ): Promise<boolean>;

  insertSandbox(sandbox: SandboxRow): Promise<void>;
  sandboxesIn(states: readonly SandboxState[]): Promise<SandboxRow[]>;
  sandboxOf(labId: string): Promise<SandboxRow | undefined>;
  /** Gives a ready pool sandbox of the shape to the lab; the oldest first. */
  takePooled(shape: string, labId: string, generation: number): Promise<SandboxRow | undefined>;
  changeSandbox(
    id: string,
    expected: readonly SandboxState[],
    change: Partial<Omit<SandboxRow, 'id' | 'createdAt' | 'shape'>>,
  ): Promise<boolean>;

  /** What the canary has found about the subject. */
  verdict(subject: string): Promise<StoredVerdict | undefined>;
  /** Keeps it instead of an earlier one, and answers its id. */
  keepVerdict(subject: string, verdict: Verdict): Promise<number>;

  progress(learnerId: string): Promise<StepProgress[]>;
  stepProgress(learnerId: string, place: Place): Promise<StepProgress | undefined>;
  /** Makes the row on first use. `triesMore` adds; a `passedAt` and a `prediction` that stand are kept. */
  recordProgress(
    learnerId: string,
    place: Place,
    now: number,
    change: {
      passedAt?: number;
      triesMore?: number;
      hints?: number;
      solutionSeen?: true;
      prediction?: string;
      answers?: Record<string, string>;
    },
  ): Promise<StepProgress>;

  insertLink(link: {
    tokenHash: string;
    kind: LinkKind;
    learnerId?: string;
    createdAt: number;
    expiresAt: number;
  }): Promise<void>;
  /** Uses up an instructor's link; a resume link may be used again. Undefined when unknown, used or expired. */
  useLink(tokenHash: string, kind: LinkKind, now: number): Promise<{ learnerId: string | undefined } | undefined>;
  insertInstructorSession(session: { tokenHash: string; createdAt: number; expiresAt: number }): Promise<void>;
  isInstructorSession(tokenHash: string, now: number): Promise<boolean>;
  deleteInstructorSession(tokenHash: string): Promise<void>;
}
