import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withLock } from './lock.mjs';
import { findCommand } from './machine.mjs';
import { becomesTrue, pause } from './run-command.mjs';
import { temporaryFolder } from './temporary-folder.mjs';

const options = { skip: findCommand('flock') === undefined };
const module = new URL('./lock.mjs', import.meta.url).href;

test('two that want the lock take turns', options, async (context) => {
  const folder = temporaryFolder(context);
  const record = join(folder, 'record');
  /** @param {string} name */
  const enter = (name) =>
    withLock(join(folder, 'lock'), async () => {
      appendFileSync(record, `${name} in,`);
      await pause(20);
      appendFileSync(record, `${name} out,`);
    });
  await Promise.all(['a', 'b', 'c', 'd'].map(enter));
  assert.match(readFileSync(record, 'utf8'), /^((\w) in,\2 out,){4}$/);
});

test('the lock is free again when the work fails', options, async (context) => {
  const lock = join(temporaryFolder(context), 'lock');
  await assert.rejects(
    withLock(lock, () => {
      throw new Error('failed work');
    }),
    /failed work/,
  );
  assert.equal(await withLock(lock, () => 'free', { waitSeconds: 1 }), 'free');
});

test('an owner that was killed leaves no lock behind', options, async (context) => {
  const folder = temporaryFolder(context);
  const [lock, entered] = [join(folder, 'lock'), join(folder, 'entered')];
  const script = `import { withLock } from ${JSON.stringify(module)};
    import { writeFileSync } from 'node:fs';
    await withLock(${JSON.stringify(lock)}, () => new Promise((resolve) => {
      writeFileSync(${JSON.stringify(entered)}, '');
      setTimeout(resolve, 60_000);
    }));`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  assert.ok(await becomesTrue(() => existsSync(entered), { milliseconds: 20_000 }));
  await assert.rejects(
    withLock(lock, () => {}, { waitSeconds: 0 }),
    /was not free/,
  );
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  assert.equal(await withLock(lock, () => 'mine', { waitSeconds: 10 }), 'mine');
});
