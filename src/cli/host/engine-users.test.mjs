import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addProcess, addTimed, hasTimedUsers, liveUsers, removeUser, timedName } from './engine-users.mjs';
import { startTimeOf } from './machine.mjs';
import { temporaryFolder } from './temporary-folder.mjs';

/**
 * A stand-in for /proc that knows one process.
 *
 * @param {string} folder
 * @param {number} pid
 * @param {string} started
 */
function fakeProc(folder, pid, started) {
  const proc = join(folder, 'proc');
  mkdirSync(join(proc, String(pid)), { recursive: true });
  const fields = ['S', ...Array.from({ length: 18 }, () => '0'), started, '0'];
  writeFileSync(join(proc, String(pid), 'stat'), `${pid} (a name) with) brackets) ${fields.join(' ')}`);
  return proc;
}

test('a living process counts until it leaves', (context) => {
  const users = join(temporaryFolder(context), 'users');
  addProcess(users, process.pid);
  assert.deepEqual(liveUsers(users), [{ pid: process.pid, started: startTimeOf(process.pid) }]);
  removeUser(users, String(process.pid));
  assert.deepEqual(liveUsers(users), []);
});

test('a pid that was given to another process does not count', (context) => {
  const folder = temporaryFolder(context);
  const users = join(folder, 'users');
  const proc = fakeProc(folder, 4711, '1000');
  mkdirSync(users);
  writeFileSync(join(users, '4711'), JSON.stringify({ pid: 4711, started: '999' }));
  assert.deepEqual(liveUsers(users, { proc }), []);
  assert.deepEqual(readdirSync(users), [], 'its record is removed');
  writeFileSync(join(users, '4711'), JSON.stringify({ pid: 4711, started: '1000' }));
  assert.equal(liveUsers(users, { proc }).length, 1);
});

test('a record whose writer was killed half-way does not count', (context) => {
  const users = temporaryFolder(context);
  for (const [name, text] of Object.entries({ 1: '', 2: '{"pid":', 3: 'null', 4: '{"pid":"1"}' })) {
    writeFileSync(join(users, name), text);
  }
  assert.deepEqual(liveUsers(users), []);
  assert.deepEqual(readdirSync(users), []);
});

test('a lab counts until its end, and a later call moves that end', (context) => {
  const users = join(temporaryFolder(context), 'users');
  addTimed(users, 'lab/1', 100);
  assert.equal(liveUsers(users, { now: 99 }).length, 1);
  addTimed(users, 'lab/1', 200);
  assert.deepEqual(liveUsers(users, { now: 150 }), [{ until: 200 }]);
  assert.ok(hasTimedUsers(users));
  removeUser(users, timedName('lab/1'));
  assert.deepEqual(liveUsers(users, { now: 150 }), []);
});
