import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');

/** One canary lab for all journeys: what it finds is true for every server on this engine. */
export default async function findVerdict(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-canary-'));
  const env = { ...process.env, LAB_DATA_DIR: folder };
  await promisify(execFile)(join(root, 'node_modules/.bin/node'), ['src/cli/main.ts', 'lab', 'list'], {
    cwd: root,
    env,
  });
  process.env.CANARY_DATABASE = join(folder, 'matryoshka.db');
  return () => rm(folder, { recursive: true });
}
