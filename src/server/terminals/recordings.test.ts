import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Recordings } from './recordings.ts';
import { Scrollback } from './scrollback.ts';

test('a recording that a crash has ended is as long as it was written to', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-recordings-'));
  t.after(() => rm(folder, { recursive: true }));
  const scrollback = new Scrollback(1024);
  const terminal = { name: 'host', size: { columns: 80, rows: 24 }, scrollback };
  const recording = await new Recordings(folder).begin('lab', terminal, () => undefined);
  t.after(() => recording.end());
  scrollback.append(Buffer.from('printed'));
  recording.follow();
  const path = join(folder, 'lab', 'host-1.cast');
  while (!(await readFile(path, 'utf8')).includes('printed')) await new Promise((resolve) => setTimeout(resolve, 5));
  const [before] = await new Recordings(folder).list('lab');
  assert.ok(before);
  const written = new Date(before.startedAt + 5000);
  await utimes(path, written, written);
  const [after] = await new Recordings(folder).list('lab');
  assert.deepEqual([after?.id, after?.terminal, after?.duration], ['host-1', 'host', 5000]);
});
