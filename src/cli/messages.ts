import { ConfigError } from '../server/config.ts';
import type { Verdict } from '../shared/api.ts';

/** Wrong words on the command line. */
export class UsageError extends Error {}
/** A message that is complete as it stands. */
export class PlainError extends Error {}

/** Seconds with one decimal, as all phases show them. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** How labs are fenced off, and how well; one line. */
export function sentenceOf({ rung, state, commands, probes }: Verdict): string {
  const failed = commands.filter(({ worked }) => !worked).map(({ id }) => id);
  const blocked = probes.reduce((sum, probe) => sum + probe.blocked, 0);
  const open = probes.reduce((sum, probe) => sum + probe.open.length, 0);
  if (state === 'red') {
    return `privileged. Whoever uses a lab can take over this machine (${open} ways out were found); only this machine can reach it.`;
  }
  const lacks = failed.length > 0 ? `; does not work here: ${failed.join(', ')}` : '';
  return `${rung}, ${state}. ${blocked} ways out of a lab were tried, none led out${lacks}.`;
}

/** The sentence for the person at the terminal. What nobody expected comes with its stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UsageError || error instanceof PlainError) return error.message;
  if (error instanceof ConfigError) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC') return `${error.message}. The disk is full: free some space and start again.`;
  const known = [
    'ImageError',
    'StoreError',
    'NewerSchemaError',
    'FileError',
    'EngineDownError',
    'EngineFailedError',
    'NotReadyError',
    'IsolationError',
  ];
  if (!known.includes(error.constructor.name)) return error.stack ?? error.message;
  const isFull = /disk is full|no space/i.test(error.message);
  return isFull ? `${error.message}. Free some space under LAB_DATA_DIR, then start again.` : error.message;
}
