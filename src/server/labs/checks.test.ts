import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { CheckView } from '../../shared/api.ts';
import type { ExecResult } from '../engine/engine.ts';
import { silentLog } from '../log.ts';
import { eventually } from '../testing.ts';
import { Checks } from './checks.ts';
import { courseFolder } from './course-fixture.ts';
import { LabEndedError, LabNotReadyError } from './lab.ts';
import { LessonCatalog } from './lesson-catalog.ts';
import type { StepScripts, Verdict } from './step-scripts.ts';
import { Platform } from './testing.ts';

const place = { lesson: 'box', step: 'start' };
const ok: ExecResult = { code: 0, stdout: '', stderr: '', timedOut: false };
const notYet: Verdict = { status: 'not-yet', reason: 'not-there', values: {} };

/** Scripts that answer what the test says, and remember in which sandbox they ran. */
class FakeScripts {
  readonly ran: string[] = [];
  readonly nonces = new Set<string>();
  verdict: Verdict | Promise<Verdict> = notYet;
  setup: ExecResult | Promise<ExecResult> = ok;

  async run(ref: string, _: object, kind: string, nonce: string): Promise<ExecResult> {
    this.ran.push(`${kind} ${ref}`);
    this.nonces.add(nonce);
    return await this.setup;
  }

  async check(ref: string, _: object, nonce: string): Promise<Verdict> {
    this.ran.push(`check ${ref}`);
    this.nonces.add(nonce);
    return await this.verdict;
  }
}

async function setUp(t: TestContext, changes: Record<string, string> = {}) {
  const lessons = await LessonCatalog.load(join(await courseFolder(t, changes), 'lessons'));
  const platform = new Platform();
  const scripts = new FakeScripts();
  const { store, manager, feed } = platform;
  const checks = new Checks({
    ...{ store, manager, lessons, feed, log: silentLog },
    scripts: scripts as unknown as StepScripts,
  });
  t.after(async () => {
    checks[Symbol.dispose]();
    await platform[Symbol.asyncDispose]();
  });
  const told: CheckView[] = [];
  feed.on('check', (_, check) => told.push(check));
  const lab = await platform.readyLab();
  const { engineRef } = (await manager.ready(lab.id)).sandbox;
  const progress = () => store.stepProgress(lab.learnerId, place);
  return { platform, manager, checks, scripts, told, lab, ref: engineRef, progress };
}

describe('checking a step', () => {
  it('prepares it once, then says why not yet, then that it is passed', async (t) => {
    const { checks, scripts, told, lab, ref, progress } = await setUp(t);
    assert.deepEqual(await checks.checkNow(lab.id, place), { ...told.at(-1), ...place, ...notYet });
    await checks.checkNow(lab.id, place);
    assert.deepEqual([(await progress())?.tries, (await progress())?.passedAt], [1, undefined], 'one try per reason');
    scripts.verdict = { status: 'passed' };
    assert.equal((await checks.checkNow(lab.id, place)).status, 'passed');
    assert.ok((await progress())?.passedAt);
    assert.deepEqual(scripts.ran, [`setup ${ref}`, ...Array.from({ length: 3 }, () => `check ${ref}`)]);
    assert.deepEqual([...scripts.nonces], [told.at(-1)?.nonce], 'one word per entry of the step');
    assert.deepEqual(checks.last(lab.id), told.at(-1));
  });

  it('prepares a step that is only answered, and judges it not', async (t) => {
    const look = { lesson: 'box', step: 'look' };
    const { checks, scripts, told, lab, ref, platform } = await setUp(t, {
      'lessons/basics/box/steps/look/setup.sh': '#!/bin/sh\n',
    });
    await checks.view(lab.id, look, true);
    await checks.prepare(lab.id, look);
    platform.feed.emit('stirred', lab.id);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([scripts.ran, told], [[`setup ${ref}`], []]);
    await checks.prepare(lab.id, { lesson: 'box', step: 'no-such-step' });
    assert.equal(scripts.ran.length, 1);
  });

  it('checks nothing before the setup is through', async (t) => {
    const { checks, scripts, told, lab } = await setUp(t);
    const setup = Promise.withResolvers<ExecResult>();
    scripts.setup = setup.promise;
    await checks.view(lab.id, place, true);
    const asked = checks.checkNow(lab.id, place);
    await eventually(() => told.at(-1)?.status === 'preparing');
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(scripts.ran.length, 1);
    setup.resolve(ok);
    assert.equal((await asked).status, 'not-yet');
  });

  it('prepares one step at a time, and only the last of those that were asked for meanwhile', async (t) => {
    const { checks, scripts, lab, ref } = await setUp(t);
    const setup = Promise.withResolvers<ExecResult>();
    scripts.setup = setup.promise;
    for (let n = 0; n < 50; n++) {
      await checks.view(lab.id, { lesson: 'box', step: 'look' }, true);
      await checks.view(lab.id, place, true);
    }
    assert.deepEqual(scripts.ran, [`setup ${ref}`]);
    setup.resolve(ok);
    await eventually(() => scripts.ran.length > 2);
    assert.deepEqual(scripts.ran.slice(0, 3), [`setup ${ref}`, `setup ${ref}`, `check ${ref}`]);
  });

  it('says that the step is broken when its setup failed, and judges nothing', async (t) => {
    const { checks, scripts, lab, ref } = await setUp(t);
    scripts.setup = { ...ok, code: 3, stderr: 'no' };
    const asked = await checks.checkNow(lab.id, place);
    assert.deepEqual([asked.status, asked.output], ['broken', 'setup: exit code 3\nno']);
    assert.deepEqual(await checks.checkNow(lab.id, place), asked);
    assert.deepEqual(scripts.ran, [`setup ${ref}`]);
  });

  it('checks by itself while the step is on screen and something stirs, and not when it has passed', async (t) => {
    const { platform, checks, scripts, told, lab } = await setUp(t);
    scripts.verdict = { status: 'passed' };
    await checks.view(lab.id, place, true);
    await eventually(() => told.at(-1)?.status === 'passed');
    const { length } = scripts.ran;
    platform.feed.emit('stirred', lab.id);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(scripts.ran.length, length);
  });

  it('does not check what nobody has on screen', async (t) => {
    const { platform, checks, scripts, lab } = await setUp(t);
    await checks.view(lab.id, place, false);
    platform.feed.emit('stirred', lab.id);
    platform.feed.emit('stirred', 'another-lab');
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(scripts.ran.filter((line) => line.startsWith('check')).length, 0);
    await checks.view(lab.id, { lesson: 'box', step: 'look' }, true);
    assert.equal(checks.last(lab.id), undefined, 'a step that is answered is not checked in the lab');
  });

  it('prepares the step again in a new sandbox, and keeps it passed', async (t) => {
    const { platform, manager, checks, scripts, told, lab, ref, progress } = await setUp(t);
    scripts.verdict = { status: 'passed' };
    await checks.view(lab.id, place, true);
    await eventually(() => told.at(-1)?.status === 'passed');
    const before = await progress();
    scripts.verdict = notYet;
    await manager.reset(lab.id, 'learner');
    await platform.reaches(lab.id, 'ready', 2);
    const next = (await manager.ready(lab.id)).sandbox.engineRef;
    assert.notEqual(next, ref);
    await eventually(() => scripts.ran.includes(`setup ${next}`));
    await eventually(() => told.at(-1)?.status === 'passed');
    assert.equal((await progress())?.passedAt, before?.passedAt);
  });

  it('does not judge a new sandbox by a check that was asked for in the old one', async (t) => {
    const { platform, manager, checks, scripts, lab, ref } = await setUp(t);
    const slow = Promise.withResolvers<Verdict>();
    scripts.verdict = slow.promise;
    const first = checks.checkNow(lab.id, place);
    await eventually(() => scripts.ran.includes(`check ${ref}`));
    const second = checks.checkNow(lab.id, place);
    const refused = assert.rejects(second, LabNotReadyError);
    await manager.reset(lab.id, 'learner');
    await platform.reaches(lab.id, 'ready', 2);
    slow.resolve(notYet);
    await first;
    await refused;
    const next = (await manager.ready(lab.id)).sandbox.engineRef;
    assert.ok(!scripts.ran.includes(`check ${next}`));
  });

  it('says that it is our fault when setup or check fail, and counts no try', async (t) => {
    const { checks, scripts, told, lab, progress } = await setUp(t);
    scripts.setup = { code: 2, stdout: '', stderr: 'sh: syntax error', timedOut: false };
    await checks.view(lab.id, place, true);
    await eventually(() => told.at(-1)?.status === 'broken');
    assert.match(told.at(-1)?.output ?? '', /setup: exit code 2\nsh: syntax error/);
    scripts.verdict = { status: 'broken', output: 'exit code 127' };
    assert.equal((await checks.checkNow(lab.id, place)).status, 'broken');
    assert.equal((await progress())?.tries, 0);
  });

  it('stays quiet when the lab ends during its setup', async (t) => {
    const { manager, checks, scripts, told, lab } = await setUp(t);
    const setup = Promise.withResolvers<ExecResult>();
    scripts.setup = setup.promise;
    await checks.view(lab.id, place, true);
    await manager.end(lab.id, 'learner', 'learner');
    setup.resolve({ ...ok, code: 137 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(
      told.map(({ status }) => status),
      ['preparing'],
    );
    await assert.rejects(checks.checkNow(lab.id, place), LabEndedError);
  });

  it('runs one check at a time in a lab, and a few on the whole server', async (t) => {
    const { platform, checks, scripts, lab, ref } = await setUp(t);
    const labs = [lab, ...(await Promise.all(Array.from({ length: 6 }, () => platform.readyLab())))];
    for (const each of labs) await checks.prepare(each.id, place);
    const gate = Promise.withResolvers<Verdict>();
    scripts.verdict = gate.promise;
    const begun = () => scripts.ran.filter((line) => line.startsWith('check'));
    const all = [lab, ...labs].map((each) => checks.checkNow(each.id, place));
    await eventually(() => begun().length === 4);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(begun().length, 4);
    assert.equal(begun().filter((line) => line === `check ${ref}`).length, 1);
    gate.resolve(notYet);
    await Promise.all(all);
    assert.equal(begun().length, labs.length + 1);
  });
});
