import { ConfigError } from '../server/config.ts';

/** Wrong words on the command line. */
export class UsageError extends Error {}
/** A message that is complete as it stands. */
export class PlainError extends Error {}

/** Seconds with one decimal, as all phases show them. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
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
  ];
  if (!known.includes(error.constructor.name)) return error.stack ?? error.message;
  const isFull = /disk is full|no space/i.test(error.message);
  return isFull ? `${error.message}. Free some space under LAB_DATA_DIR, then start again.` : error.message;
}
