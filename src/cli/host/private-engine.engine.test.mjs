import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bridgeOf } from './engine-network.mjs';
import { mountsBelow, processesOf } from './engine-processes.mjs';
import { findCommand, isRoot, systemPath } from './machine.mjs';
import { pingEngine } from './ping-engine.mjs';
import { keepEngineUntil, leavePrivateEngine, privateEngineHost, usePrivateEngine } from './private-engine.mjs';
import { becomesTrue, run } from './run-command.mjs';

const skip = !isRoot() || !findCommand('dockerd') ? 'needs root and an installed dockerd' : false;

// The test runner's parent lives as long as this process, and so can stand for a second user.
const [first, second] = [process.pid, process.ppid];

/**
 * A state folder of its own for one test, and the end of whatever the test leaves in it.
 *
 * @param {{ after: (cleanUp: () => Promise<void>) => void }} context
 */
function engineFolder(context) {
  const dir = mkdtempSync(join(tmpdir(), 'matryoshka-engine-'));
  context.after(async () => {
    for (const pid of [first, second]) await leavePrivateEngine({ dir, pid });
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

/** @param {string} dir */
const answers = async (dir) => (await pingEngine(privateEngineHost(dir))) === 'answers';

/** @param {string} dir */
async function assertNothingLeft(dir) {
  const rules = await run('iptables-save', [], { env: { ...process.env, PATH: systemPath() } });
  assert.deepEqual(processesOf(dir), []);
  assert.deepEqual(mountsBelow(readFileSync('/proc/self/mountinfo', 'utf8'), dir), []);
  assert.equal(existsSync(join('/sys/class/net', bridgeOf(dir))), false, 'its bridge is gone');
  assert.ok(!rules.includes(bridgeOf(dir)), 'its firewall rules are gone');
}

/**
 * @param {string} dir
 * @param {string[]} args
 */
const docker = (dir, ...args) => run('docker', ['--host', privateEngineHost(dir), ...args]);

/**
 * Resolves when it has ended.
 *
 * @param {string} dir
 * @param {string} name
 */
async function kill(dir, name) {
  const named = () => processesOf(dir).filter((each) => each.name === name);
  for (const { pid } of named()) process.kill(pid, 'SIGKILL');
  assert.ok(await becomesTrue(() => named().length === 0, { milliseconds: 10_000 }));
}

test('the private engine serves its users, and ends with the last one', { skip }, async (context) => {
  const dir = engineFolder(context);
  const both = [usePrivateEngine({ dir, pid: first }), usePrivateEngine({ dir, pid: second })];
  assert.deepEqual((await Promise.all(both)).sort(), ['adopted', 'started']);
  await docker(dir, 'network', 'create', 'one');
  assert.equal(await leavePrivateEngine({ dir, pid: first }), 'still used');
  assert.ok(await answers(dir));
  assert.equal(await leavePrivateEngine({ dir, pid: second }), 'ended');
  await assertNothingLeft(dir);
});

test('a killed engine is cleaned up and started again', { skip }, async (context) => {
  const dir = engineFolder(context);
  for (const victims of [['dockerd'], ['containerd'], ['dockerd', 'containerd']]) {
    await usePrivateEngine({ dir });
    for (const name of victims) await kill(dir, name);
    assert.equal(await usePrivateEngine({ dir }), 'started', victims.join());
    assert.ok(await answers(dir));
  }
  assert.equal(await leavePrivateEngine({ dir }), 'ended');
  await assertNothingLeft(dir);
});

test('the groups of a life that was killed whole are removed by the next', { skip }, async (context) => {
  const dir = engineFolder(context);
  const id = randomBytes(32).toString('hex');
  mkdirSync(join(dir, 'data/containers', id), { recursive: true });
  const root = ['/sys/fs/cgroup', '/sys/fs/cgroup/pids'].find((path) => existsSync(join(path, 'cgroup.procs'))) ?? '';
  const group = join(root, 'docker', id);
  mkdirSync(join(group, 'init'), { recursive: true });
  await usePrivateEngine({ dir });
  assert.equal(existsSync(group), false);
});

test("another engine's docker0 and its rules survive two lives of ours", { skip }, async (context) => {
  const env = { ...process.env, PATH: systemPath() };
  if (!existsSync('/sys/class/net/docker0')) {
    await run('ip', ['link', 'add', 'name', 'docker0', 'type', 'bridge'], { env });
    context.after(() => run('ip', ['link', 'delete', 'docker0'], { env }));
  }
  const dir = engineFolder(context);
  /** @param {string} saved */
  const foreign = (saved) => saved.split('\n').filter((line) => / docker0 /.test(line));
  const before = foreign(await run('iptables-save', [], { env }));
  for (let life = 0; life < 2; life += 1) {
    await usePrivateEngine({ dir });
    assert.ok(existsSync('/sys/class/net/docker0'));
    assert.deepEqual(foreign(await run('iptables-save', [], { env })), before);
    await leavePrivateEngine({ dir });
  }
  assert.ok(existsSync('/sys/class/net/docker0'));
});

test('a lab keeps the engine until its end, without anybody else', { skip }, async (context) => {
  const dir = engineFolder(context);
  await usePrivateEngine({ dir });
  await keepEngineUntil(Date.now() / 1000 + 8, 'lab', { dir, host: privateEngineHost(dir) });
  assert.equal(await leavePrivateEngine({ dir }), 'still used');
  assert.ok(await answers(dir));
  assert.ok(await becomesTrue(() => processesOf(dir).length === 0, { milliseconds: 30_000, every: 200 }));
  assert.ok(await becomesTrue(() => !existsSync(join(dir, 'network.json')), { milliseconds: 10_000, every: 200 }));
  await assertNothingLeft(dir);
});
