import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeEngine } from '../engine/fake-engine.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { labRow, sandboxRow } from '../store/store.contract.ts';
import { eventually } from '../testing.ts';
import { fakeSpec, Platform } from './testing.ts';

const minute = 60_000;
const { ttl, idle } = fakeSpec().life;

describe('the reaper judges labs', () => {
  it('ends a lab at its end, with the reason', async () => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    await platform.reaper.tick(lab.expiresAt - 1 - ttl + idle);
    assert.notEqual((await platform.manager.get(lab.id)).state, 'ended');
    await platform.reaper.tick(lab.expiresAt);
    const ended = await platform.manager.get(lab.id);
    assert.deepEqual([ended.state, ended.endedBecause, ended.endedBy], ['ended', 'expired', 'platform']);
    assert.deepEqual(await platform.sandboxIds(), []);
  });

  it('warns of the end once per warning, and again after it was extended', async () => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    const warnings = () => platform.notices.filter(({ code }) => code === 'expires-soon').length;
    const active = (now: number) => platform.store.changeLab(lab.id, { states: ['ready'] }, { lastActiveAt: now });
    const at = async (now: number) => {
      await active(now);
      await platform.reaper.tick(now);
      return warnings();
    };
    assert.equal(await at(lab.expiresAt - 11 * minute), 0);
    assert.equal(await at(lab.expiresAt - 10 * minute), 1);
    assert.equal(await at(lab.expiresAt - 9 * minute), 1);
    assert.equal(await at(lab.expiresAt - 2 * minute), 2);
    const { expiresAt } = await platform.manager.extend(lab.id, 'learner');
    assert.equal(await at(expiresAt - 10 * minute), 3);
    assert.deepEqual(platform.notices.at(-1), { ...platform.notices.at(-1), by: 'platform', when: expiresAt });
  });

  it('warns before it ends an idle lab, and not a lab where something happens', async () => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    await platform.reaper.tick(lab.lastActiveAt + idle - 3 * minute);
    assert.deepEqual(platform.notices, []);
    await platform.reaper.tick(lab.lastActiveAt + idle - 1 * minute);
    assert.deepEqual(
      platform.notices.map(({ code, when }) => [code, when]),
      [['idle-soon', lab.lastActiveAt + idle]],
    );
    await platform.store.changeLab(lab.id, { states: ['ready'] }, { lastActiveAt: lab.lastActiveAt + idle });
    await platform.reaper.tick(lab.lastActiveAt + idle);
    assert.equal((await platform.manager.get(lab.id)).state, 'ready');
    await platform.reaper.tick(lab.lastActiveAt + 2 * idle);
    assert.equal((await platform.manager.get(lab.id)).endedBecause, 'idle');
  });

  it('tells of a lab as it is by then, not as it was when the round began', async (t) => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    t.mock.method(platform.engine, 'cpuTime', async () => {
      await platform.manager.reset(lab.id, 'learner');
      return 0;
    });
    await platform.reaper.tick(lab.lastActiveAt + idle - minute);
    const generations = platform.states.map(({ generation }) => generation);
    assert.deepEqual(generations, generations.toSorted());
  });

  it('takes work that runs without keystrokes for activity', async (t) => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    let used = 0;
    t.mock.method(platform.engine, 'cpuTime', async () => used);
    const soon = lab.lastActiveAt + idle - minute;
    await platform.store.changeLab(lab.id, { states: ['ready'] }, { lastActiveAt: lab.lastActiveAt - minute });
    await platform.reaper.tick(soon - minute);
    used = 5_000;
    await platform.reaper.tick(soon - minute + 31_000);
    const touched = (await platform.manager.get(lab.id)).lastActiveAt;
    assert.ok(touched >= lab.lastActiveAt, 'five seconds of work in half a minute');
  });

  it('goes on with the others when one lab cannot be ended', async (t) => {
    await using platform = new Platform();
    const [first, second] = [await platform.readyLab(), await platform.readyLab()];
    const { sandbox } = await platform.manager.ready(first.id);
    const remove = platform.engine.remove.bind(platform.engine);
    let fails = true;
    t.mock.method(platform.engine, 'remove', async (ref: string) => {
      if (fails && ref === sandbox.engineRef) throw new Error('device is busy');
      await remove(ref);
    });
    await platform.reaper.tick(second.expiresAt);
    assert.deepEqual(
      [(await platform.manager.get(first.id)).state, (await platform.manager.get(second.id)).state],
      ['ending', 'ended'],
    );
    fails = false;
    await platform.reaper.tick();
    assert.equal((await platform.manager.get(first.id)).state, 'ended');
  });
});

describe('the reaper removes', () => {
  it('a test’s sandbox whose lease is over, when nobody heard that it ended', async () => {
    await using platform = new Platform();
    const use = { purpose: 'test', leaseUntil: Date.now() + minute } as const;
    await platform.sandboxes.create(fakeSpec(), use);
    await platform.reaper.tick();
    assert.equal((await platform.sandboxIds()).length, 1);
    await platform.reaper.tick(use.leaseUntil);
    assert.deepEqual(await platform.sandboxIds(), []);
  });
});

describe('the reaper follows the engine', () => {
  it('fails a lab whose sandbox died, with a sentence', async () => {
    await using platform = new Platform();
    await platform.reaper.start();
    const lab = await platform.readyLab();
    platform.engine.die((await platform.manager.ready(lab.id)).sandbox.engineRef);
    const failed = await platform.reaches(lab.id, 'ended');
    assert.equal(failed.endedBecause, 'failed');
    assert.match(failed.failure ?? '', /sandbox of this lab stopped/);
    assert.deepEqual(await platform.sandboxIds(), []);
  });

  it('removes a pooled sandbox that died', async () => {
    await using platform = new Platform({ poolSize: 1 });
    await platform.reaper.start();
    platform.pool.fill();
    await eventually(async () => (await platform.pool.status()).ready === 1);
    const [dead] = await platform.engine.list();
    platform.engine.die(dead?.ref ?? '');
    // The pool makes another one at the next tick.
    await eventually(async () => !(await platform.sandboxIds()).includes(dead?.id ?? ''));
  });

  it('tells everybody that the engine is away and back, and finds what died meanwhile', async (t) => {
    await using platform = new Platform();
    await platform.reaper.start();
    const [gone, kept] = [await platform.readyLab(), await platform.readyLab()];
    const { sandbox } = await platform.manager.ready(gone.id);
    platform.engine.setDown(true);
    await eventually(() => platform.notices.some(({ code }) => code === 'engine-down'));
    const list = platform.engine.list.bind(platform.engine);
    t.mock.method(platform.engine, 'list', async () => (await list()).filter(({ id }) => id !== sandbox.id));
    platform.engine.setDown(false);
    assert.equal((await platform.reaches(gone.id, 'ended')).endedBecause, 'failed');
    assert.equal((await platform.manager.get(kept.id)).state, 'ready');
    assert.ok(platform.notices.some(({ code }) => code === 'engine-back'));
  });

  it('renews a lease that seems to last too long, because the clock was set back', async () => {
    await using platform = new Platform({ lease: minute });
    const lab = await platform.readyLab();
    const { sandbox } = await platform.manager.ready(lab.id);
    await platform.store.changeSandbox(sandbox.id, ['ready'], { leaseUntil: Date.now() + 60 * minute });
    await platform.reaper.tick();
    assert.ok((await platform.manager.ready(lab.id)).sandbox.leaseUntil <= Date.now() + minute);
  });

  it('renews leases, so that a sandbox lives as long as its lab', async () => {
    await using platform = new Platform({ lease: 100 });
    const lab = await platform.readyLab();
    const renewing = setInterval(() => void platform.reaper.tick(), 10);
    const { leaseUntil } = (await platform.manager.ready(lab.id)).sandbox;
    await eventually(() => Date.now() > leaseUntil + 100);
    clearInterval(renewing);
    assert.equal((await platform.engine.list())[0]?.running, true);
    await eventually(async () => (await platform.engine.list())[0]?.running === false);
  });
});

describe('the reaper reconciles engine and store', () => {
  /** A crash: the store and the engine stay, everything between them is new. */
  async function afterCrash(prepare: (before: Platform) => Promise<void>, lease = minute, specs = [fakeSpec()]) {
    const store = openSqliteStore(':memory:');
    const engine = new FakeEngine();
    const before = new Platform({ store, engine, lease });
    await prepare(before);
    const platform = new Platform({ store, engine, lease, specs });
    await platform.reaper.start();
    return platform;
  }

  it('adopts a lab’s sandbox that runs and has a valid lease', async () => {
    let id = '';
    await using platform = await afterCrash(async (before) => {
      ({ id } = await before.readyLab());
    });
    assert.equal((await platform.manager.get(id)).state, 'ready');
    assert.equal((await platform.engine.exec((await platform.manager.ready(id)).sandbox.engineRef, ['true'])).code, 0);
  });

  it('does not take the time while it was away for idleness', async () => {
    let id = '';
    await using platform = await afterCrash(async (before) => {
      ({ id } = await before.readyLab());
      await before.store.changeLab(id, { states: ['ready'] }, { lastActiveAt: Date.now() - idle - minute });
    });
    await platform.reaper.tick();
    assert.equal((await platform.manager.get(id)).state, 'ready');
  });

  it('leaves alone what another process begins at that moment', async (t) => {
    const engine = new FakeEngine();
    const store = openSqliteStore(':memory:');
    await using platform = new Platform({ store, engine });
    const list = engine.list.bind(engine);
    const leaseUntil = Date.now() + minute;
    t.mock.method(
      engine,
      'list',
      async () => {
        await platform.sandboxes.create(fakeSpec(), { purpose: 'test', leaseUntil });
        return await list();
      },
      { times: 1 },
    );
    await platform.reaper.reconcile();
    assert.equal((await platform.sandboxIds()).length, 1);
  });

  it('ends a lab of a kind that is there no more, and starts', async () => {
    const ids: string[] = [];
    await using platform = await afterCrash(
      async (before) => {
        for (const state of ['ready', 'starting'] as const) {
          const lab = await before.readyLab();
          ids.push(lab.id);
          await before.store.changeLab(lab.id, { states: ['ready'] }, { state });
        }
      },
      minute,
      [fakeSpec({ id: 'other' })],
    );
    for (const id of ids) {
      const lab = await platform.manager.get(id);
      assert.equal(lab.endedBecause, 'failed');
      assert.equal(platform.manager.view(lab).state, 'ended', 'its learner is still told');
    }
    assert.deepEqual(await platform.sandboxIds(), []);
  });

  it('adopts pooled sandboxes', async () => {
    await using platform = await afterCrash(async (before) => {
      await before.sandboxes.create(fakeSpec(), { purpose: 'pool' });
    });
    assert.equal((await platform.pool.status()).ready, 1);
    assert.equal((await platform.sandboxIds()).length, 1);
  });

  it('removes sandboxes without a row', async () => {
    await using platform = await afterCrash(async ({ engine }) => {
      await engine.create({ id: 'stray', shape: 'x', spec: fakeSpec(), leaseUntil: Date.now() + minute });
    });
    assert.deepEqual(await platform.sandboxIds(), []);
  });

  it('ends a lab whose sandbox is gone, and closes the row', async () => {
    let id = '';
    await using platform = await afterCrash(async (before) => {
      ({ id } = await before.readyLab());
      await before.engine.remove((await before.manager.ready(id)).sandbox.engineRef);
    });
    assert.deepEqual([(await platform.manager.get(id)).endedBecause], ['failed']);
    assert.equal((await platform.store.sandboxesIn(['removed'])).length, 1);
  });

  it('ends the labs that an upgrade has left in an older engine, and what else is there, but no test', async () => {
    const store = openSqliteStore(':memory:');
    const { id: learner } = await store.createLearner('learner', 0);
    const lab = labRow(learner, { state: 'ready', expiresAt: Date.now() + minute });
    await store.insertLab(lab);
    const leaseUntil = Date.now() + minute;
    const inOldEngine = { state: 'ready', engineRef: 'old', leaseUntil } as const;
    await store.insertSandbox(sandboxRow({ id: 'left', purpose: 'lab', labId: lab.id, generation: 1, ...inOldEngine }));
    await store.insertSandbox(sandboxRow({ id: 'test', purpose: 'test', ...inOldEngine }));
    const removed: string[] = [];
    const earlier = ['left', 'test', 'unknown'].map((id) => ({ id, remove: async () => void removed.push(id) }));
    await using platform = new Platform({ store, earlier });
    await platform.reaper.start();
    const ended = await platform.manager.get(lab.id);
    assert.deepEqual([ended.state, ended.endedBecause], ['ended', 'failed']);
    assert.match(ended.failure ?? '', /upgraded/);
    assert.deepEqual(removed, ['left', 'unknown']);
  });

  it('removes a sandbox whose lease is over', async () => {
    let id = '';
    await using platform = await afterCrash(async (before) => {
      ({ id } = await before.readyLab());
      const row = await before.store.sandboxOf(id);
      await before.store.changeSandbox(row?.id ?? '', ['ready'], { leaseUntil: Date.now() - 1 });
    });
    assert.equal((await platform.manager.get(id)).endedBecause, 'failed');
    assert.deepEqual(await platform.sandboxIds(), []);
  });

  it('starts again what was starting, and leaves one sandbox', async () => {
    let id = '';
    await using platform = await afterCrash(async ({ store, learner, engine }) => {
      await store.createLearner('a', 1);
      const lab = labRow('a', {
        expiresAt: Date.now() + ttl,
        maxExpiresAt: Date.now() + ttl,
        lastActiveAt: Date.now(),
      });
      ({ id } = lab);
      await store.insertLab(lab);
      const leaseUntil = Date.now() + minute;
      const ref = await engine.create({ id: 'half', shape: 'x', spec: fakeSpec(), leaseUntil });
      await store.insertSandbox(
        sandboxRow({ id: 'half', purpose: 'lab', labId: id, generation: 1, engineRef: ref, leaseUntil }),
      );
      void learner;
    });
    await platform.reaches(id, 'ready');
    assert.equal((await platform.sandboxIds()).length, 1);
  });

  it('finishes an end that was under way', async () => {
    let id = '';
    await using platform = await afterCrash(async (before) => {
      ({ id } = await before.readyLab());
      await before.store.changeLab(id, { states: ['ready'] }, { state: 'ending', endedBecause: 'learner' });
    });
    const lab = await platform.manager.get(id);
    assert.deepEqual([lab.state, lab.endedBecause], ['ended', 'learner']);
    assert.deepEqual(await platform.sandboxIds(), []);
  });

  it('removes the sandbox of a lab that has ended or was reset since', async () => {
    await using platform = await afterCrash(async (before) => {
      const [ended, reset] = [await before.readyLab(), await before.readyLab()];
      await before.store.changeLab(ended.id, { states: ['ready'] }, { state: 'ended' });
      await before.store.changeLab(reset.id, { states: ['ready'] }, { state: 'starting', generation: 2 });
    });
    await eventually(async () => (await platform.store.labsIn(['ready'])).length === 1);
    assert.equal((await platform.sandboxIds()).length, 1);
  });
});
