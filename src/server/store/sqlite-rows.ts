import type { SQLInputValue } from 'node:sqlite';
import type { StepProgress } from '../../shared/api.ts';
import type { LabRow, LearnerRow, SandboxRow } from './store.ts';

/** Property of a row → column. The one place where the two names meet. */
const labColumns = {
  id: 'id',
  learnerId: 'learner_id',
  specId: 'spec_id',
  state: 'state',
  generation: 'generation',
  isolation: 'isolation',
  verdictId: 'verdict_id',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
  maxExpiresAt: 'max_expires_at',
  lastActiveAt: 'last_active_at',
  endedBecause: 'ended_because',
  endedBy: 'ended_by',
  endedAt: 'ended_at',
  failure: 'failure',
} as const;
const sandboxColumns = {
  id: 'id',
  purpose: 'purpose',
  labId: 'lab_id',
  generation: 'generation',
  shape: 'shape',
  state: 'state',
  engineRef: 'engine_ref',
  createdAt: 'created_at',
  leaseUntil: 'lease_until',
  lastOutput: 'last_output',
} as const;

export type Row = Record<string, SQLInputValue>;

/** What is known of a lab, as columns. */
export function fromLab(lab: Partial<LabRow>): Row {
  const { place, ...columns } = lab;
  const placed = { lesson_id: place?.lesson ?? null, step_id: place?.step ?? null };
  return { ...rename(columns, labColumns), ...('place' in lab ? placed : {}) };
}

/** What is known of a sandbox, as columns. */
export function fromSandbox(sandbox: Partial<SandboxRow>): Row {
  return rename(sandbox, sandboxColumns);
}

function rename(row: object, columns: Record<string, string>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([property, value]) => [columns[property] as string, (value ?? null) as SQLInputValue]),
  );
}

function restore<T>(row: Row, columns: Record<string, string>): T {
  return Object.fromEntries(
    Object.entries(columns).map(([property, column]) => [property, row[column] ?? undefined]),
  ) as T;
}

export function toLearner(row: Row): LearnerRow {
  return { id: row.id as string, number: row.number as number, name: (row.name as string | null) ?? undefined };
}

export function toLab(row: Row): LabRow {
  const { lesson_id: lesson, step_id: step } = row as { lesson_id: string | null; step_id: string | null };
  return { ...restore<LabRow>(row, labColumns), place: lesson && step ? { lesson, step } : undefined };
}

export function toSandbox(row: Row): SandboxRow {
  return restore<SandboxRow>(row, sandboxColumns);
}

export function toProgress(row: Row): StepProgress {
  return {
    lesson: row.lesson_id as string,
    step: row.step_id as string,
    enteredAt: row.entered_at as number,
    ...(row.passed_at === null ? {} : { passedAt: row.passed_at as number }),
    tries: row.tries as number,
    hints: row.hints as number,
    solutionSeen: row.solution_seen === 1,
    ...(row.prediction === null ? {} : { prediction: row.prediction as string }),
    answers: JSON.parse(row.answers as string),
  };
}
