import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { Hono } from 'hono';
import { AlreadyRunningError, listenControl } from './control.ts';

it('the control socket is closed to other users, whatever the umask, and there is one per folder', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-control-'));
  const umask = process.umask(0);
  t.after(async () => {
    process.umask(umask);
    await rm(folder, { recursive: true });
  });
  const file = join(folder, 'control.sock');
  using _ = await listenControl(new Hono(), file);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal(process.umask(), 0);
  await assert.rejects(listenControl(new Hono(), file), AlreadyRunningError);
});
