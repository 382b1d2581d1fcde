import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { Links } from './links.ts';

it('whoever reads the database has no link and no session', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-links-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'store.db');
  const store = openSqliteStore(file);
  const links = new Links(store);
  await store.createLearner('learner', 1);
  const tokens = [await links.instructorToken(), await links.resumeToken('learner')];
  const { secret } = await links.enterAsInstructor(tokens[0] ?? '');
  assert.ok(await links.isInstructor(secret));
  await store[Symbol.asyncDispose]();
  const stored = await readFile(file, 'latin1');
  assert.ok(stored.includes('learner'), 'it was written');
  for (const known of [...tokens, secret]) assert.ok(!stored.includes(known));
});
