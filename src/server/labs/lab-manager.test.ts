import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EngineDownError } from '../engine/engine.ts';
import { FakeEngine } from '../engine/fake-engine.ts';
import { eventually } from '../testing.ts';
import {
  ExtendLimitError,
  LabEndedError,
  LabNotReadyError,
  labTransitions,
  OtherLabError,
  UnknownLabError,
} from './lab.ts';
import { fakeSpec, Platform, randomNumbers } from './testing.ts';

describe('claiming a lab', () => {
  it('gives a lab that becomes ready in a sandbox of its own', async () => {
    await using platform = new Platform();
    const learner = await platform.learner();
    const claimed = await platform.manager.claim(learner, 'box', { place: { lesson: 'l', step: 's' } });
    assert.ok('lab' in claimed && claimed.created);
    assert.deepEqual([claimed.lab.state, claimed.lab.generation, claimed.lab.place?.step], ['starting', 1, 's']);
    await assert.rejects(platform.manager.ready(claimed.lab.id), LabNotReadyError);
    await platform.reaches(claimed.lab.id, 'ready');
    const { sandbox } = await platform.manager.ready(claimed.lab.id);
    assert.deepEqual(await platform.sandboxIds(), [sandbox.id]);
    const phases = platform.manager.view(claimed.lab).phases;
    assert.deepEqual(
      phases.map(({ name, ms }) => [name, ms !== undefined]),
      [
        ['sandbox', true],
        ['daemon', true],
      ],
    );
  });

  it('gives two tabs and a double click one lab', async () => {
    await using platform = new Platform();
    const learner = await platform.learner();
    const claims = await Promise.all(Array.from({ length: 5 }, () => platform.manager.claim(learner, 'box')));
    const ids = new Set(claims.map((claim) => ('lab' in claim ? claim.lab.id : '')));
    assert.equal(ids.size, 1);
    assert.equal(claims.filter((claim) => 'lab' in claim && claim.created).length, 1);
    await platform.reaches([...ids][0] ?? '', 'ready');
    assert.equal((await platform.sandboxIds()).length, 1);
  });

  it('asks before it ends a lab of another spec', async () => {
    await using platform = new Platform({ specs: [fakeSpec(), fakeSpec({ id: 'bag' })] });
    const box = await platform.readyLab();
    await assert.rejects(platform.manager.claim(box.learnerId, 'bag'), (error) => {
      assert.ok(error instanceof OtherLabError);
      assert.equal(error.specId, 'box');
      return true;
    });
    const claimed = await platform.manager.claim(box.learnerId, 'bag', { replace: true });
    assert.ok('lab' in claimed && claimed.created);
    const ended = await platform.manager.get(box.id);
    assert.deepEqual([ended.state, ended.endedBecause], ['ended', 'learner']);
    await platform.reaches(claimed.lab.id, 'ready');
    assert.equal((await platform.sandboxIds()).length, 1);
  });

  it('knows no lab of an unknown spec or id', async () => {
    await using platform = new Platform();
    await assert.rejects(platform.manager.claim(await platform.learner(), 'barrel'), UnknownLabError);
    await assert.rejects(platform.manager.get('none'), UnknownLabError);
    await assert.rejects(platform.manager.end('none', 'learner', 'learner'), UnknownLabError);
  });
});

describe('a lab manager without room', () => {
  it('never gives more labs than it may, however many ask at once', async () => {
    await using platform = new Platform({ maxLabs: 3 });
    const learners = await Promise.all(Array.from({ length: 30 }, () => platform.learner()));
    const claims = await Promise.all(learners.map((learner) => platform.manager.claim(learner, 'box')));
    assert.equal(claims.filter((claim) => 'lab' in claim).length, 3);
    const places = claims.flatMap((claim) => ('position' in claim ? [claim.position] : []));
    assert.deepEqual(
      places,
      Array.from({ length: 27 }, (_, index) => index + 1),
    );
    await eventually(async () => (await platform.store.labsIn(['ready'])).length === 3);
  });

  it('lets those in who wait, in their order, and tells the others their places', async () => {
    await using platform = new Platform({ maxLabs: 1 });
    let current = await platform.readyLab();
    const [second, third, fourth] = [await platform.learner(), await platform.learner(), await platform.learner()];
    for (const [index, learner] of [second, third, fourth].entries()) {
      assert.deepEqual(await platform.manager.claim(learner, 'box'), { position: index + 1 });
    }
    assert.deepEqual(await platform.manager.claim(third, 'box'), { position: 2 }, 'who asks again keeps his place');
    const moves: [string, number][] = [];
    platform.feed.on('queue', (learner, position) => moves.push([learner, position]));
    for (const learner of [second, third, fourth]) {
      await platform.manager.end(current.id, 'learner', 'learner');
      const lab = await platform.store.latestLab(learner);
      assert.ok(lab, 'the first in the queue has a lab');
      assert.equal(platform.manager.queuePosition(learner), 0);
      current = await platform.reaches(lab.id, 'ready');
    }
    assert.deepEqual(moves, [
      [third, 1],
      [fourth, 2],
      [fourth, 1],
    ]);
  });

  it('gives each of those who wait one lab, also when every lab fails at once', async (t) => {
    await using platform = new Platform({ maxLabs: 1 });
    const { manager, store } = platform;
    const first = await platform.readyLab();
    for (let n = 0; n < 3; n++) await manager.claim(await platform.learner(), 'box');
    t.mock.method(platform.engine, 'ping', async () => {
      throw new EngineDownError('away');
    });
    // Its end is not noticed before several look for room at once.
    await store.changeLab(first.id, { states: ['ready'] }, { state: 'ended' });
    await Promise.all([manager.admit(), manager.admit(), manager.admit()]);
    await eventually(async () => (await store.labsIn(['ended'])).length === 4);
    assert.equal((await store.labsIn(['starting', 'ready', 'ending', 'ended'])).length, 4);
  });

  it('goes on with the next when the first in the queue cannot be given a lab', async () => {
    await using platform = new Platform({ maxLabs: 1, specs: [fakeSpec(), fakeSpec({ id: 'bag' })] });
    const lab = await platform.readyLab();
    const [gone, next] = ['never-written-down', await platform.learner()];
    for (const learner of [gone, next]) await platform.manager.claim(learner, 'box');
    await platform.manager.end(lab.id, 'learner', 'learner');
    assert.ok(await platform.store.latestLab(next));
  });
});

describe('resetting a lab', () => {
  it('replaces the sandbox and counts the generation', async () => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    const [old] = await platform.sandboxIds();
    const next = await platform.manager.reset(lab.id, 'instructor');
    assert.deepEqual([next.id, next.state, next.generation], [lab.id, 'starting', 2]);
    await platform.reaches(lab.id, 'ready', 2);
    await eventually(async () => !(await platform.sandboxIds()).includes(old ?? ''));
    assert.equal((await platform.sandboxIds()).length, 1);
    const notice = platform.notices.find(({ code }) => code === 'reset');
    assert.equal(notice?.by, 'instructor');
  });

  it('happens once when two ask for it, and leaves a starting lab alone', async () => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    await Promise.all([platform.manager.reset(lab.id, 'learner'), platform.manager.reset(lab.id, 'instructor')]);
    assert.equal((await platform.manager.reset(lab.id, 'learner')).generation, 2);
    await platform.reaches(lab.id, 'ready', 2);
    await eventually(async () => (await platform.sandboxIds()).length === 1);
  });

  it('is refused for a lab that has ended', async () => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    await platform.manager.end(lab.id, 'learner', 'learner');
    await assert.rejects(platform.manager.reset(lab.id, 'learner'), LabEndedError);
  });

  it('and an end at the same moment leave no sandbox', async () => {
    await using platform = new Platform({ engine: new FakeEngine({ readyAfter: 10 }) });
    for (let n = 0; n < 10; n++) {
      const lab = await platform.readyLab();
      await Promise.allSettled([
        platform.manager.reset(lab.id, 'learner'),
        platform.manager.end(lab.id, 'instructor', 'instructor'),
      ]);
      await platform.reaches(lab.id, 'ended');
    }
    await eventually(async () => (await platform.sandboxIds()).length === 0);
  });
});

describe('extending a lab', () => {
  it('moves the end up to the hard end, and not beyond', async () => {
    const life = { ...fakeSpec().life, ttl: 60_000, extend: 40_000, max: 100_000 };
    await using platform = new Platform({ specs: [fakeSpec({ life })] });
    const lab = await platform.readyLab();
    const extended = await platform.manager.extend(lab.id, 'learner');
    assert.equal(extended.expiresAt, lab.createdAt + 100_000);
    await assert.rejects(platform.manager.extend(lab.id, 'learner'), ExtendLimitError);
    assert.deepEqual(
      platform.notices.map(({ code }) => code),
      ['extended'],
    );
  });

  it('is refused for a lab that has ended', async () => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    await platform.manager.end(lab.id, 'learner', 'learner');
    await assert.rejects(platform.manager.extend(lab.id, 'learner'), LabEndedError);
  });
});

describe('ending a lab', () => {
  it('keeps reason and actor, and resolves when the engine has confirmed it', async () => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    const ended = await platform.manager.end(lab.id, 'instructor', 'instructor');
    assert.deepEqual([ended.state, ended.endedBecause, ended.endedBy], ['ended', 'instructor', 'instructor']);
    assert.deepEqual(await platform.sandboxIds(), []);
    await assert.rejects(platform.manager.ready(lab.id), LabEndedError);
    assert.deepEqual(await platform.manager.end(lab.id, 'learner', 'learner'), ended, 'the first reason stays');
  });

  it('stops a start that is under way', async () => {
    await using platform = new Platform({ engine: new FakeEngine({ neverReady: true }) });
    const claimed = await platform.manager.claim(await platform.learner(), 'box');
    assert.ok('lab' in claimed);
    await eventually(async () => (await platform.sandboxIds()).length === 1);
    assert.equal((await platform.manager.end(claimed.lab.id, 'learner', 'learner')).state, 'ended');
    await eventually(async () => (await platform.sandboxIds()).length === 0);
  });

  it('is told for good, whatever its start still does', async (t) => {
    await using platform = new Platform();
    const ping = Promise.withResolvers<void>();
    t.mock.method(platform.engine, 'ping', () => ping.promise);
    const claimed = await platform.manager.claim(await platform.learner(), 'box');
    assert.ok('lab' in claimed);
    const ended = platform.manager.end(claimed.lab.id, 'learner', 'learner');
    await eventually(() => platform.states.length > 0);
    ping.resolve();
    await ended;
    assert.deepEqual(
      platform.states.map(({ state }) => state),
      ['ending', 'ended'],
    );
  });

  it('is not over while the engine cannot confirm it', async () => {
    await using platform = new Platform();
    const lab = await platform.readyLab();
    platform.engine.setDown(true);
    await assert.rejects(platform.manager.end(lab.id, 'learner', 'learner'), EngineDownError);
    await assert.rejects(platform.manager.finishEnding(lab.id), EngineDownError);
    assert.equal((await platform.manager.get(lab.id)).state, 'ending');
    platform.engine.setDown(false);
    await platform.manager.finishEnding(lab.id);
    assert.equal((await platform.manager.get(lab.id)).state, 'ended');
    assert.deepEqual(await platform.sandboxIds(), []);
  });
});

describe('a lab that does not start', () => {
  it('fails with the reason when the engine is down, and a later claim works', async () => {
    await using platform = new Platform({ poolSize: 1 });
    platform.engine.setDown(true);
    const learner = await platform.learner();
    const claimed = await platform.manager.claim(learner, 'box');
    assert.ok('lab' in claimed);
    const failed = await platform.reaches(claimed.lab.id, 'ended');
    assert.deepEqual([failed.endedBecause, failed.endedBy], ['failed', 'platform']);
    assert.match(failed.failure ?? '', /engine does not answer/);
    platform.engine.setDown(false);
    const again = await platform.manager.claim(learner, 'box');
    assert.ok('lab' in again && again.created);
    await platform.reaches(again.lab.id, 'ready');
  });

  it('fails with the engine’s words when it cannot create', async () => {
    await using platform = new Platform({ engine: new FakeEngine({ createFails: 'no space left on device' }) });
    const claimed = await platform.manager.claim(await platform.learner(), 'box');
    assert.ok('lab' in claimed);
    assert.equal((await platform.reaches(claimed.lab.id, 'ended')).failure, 'no space left on device');
  });

  it('keeps the last output of a sandbox that is never ready, and removes it', async () => {
    const specs = [fakeSpec({ ready: { daemon: 20 } })];
    await using platform = new Platform({ engine: new FakeEngine({ neverReady: true }), specs });
    const claimed = await platform.manager.claim(await platform.learner(), 'box');
    assert.ok('lab' in claimed);
    assert.match((await platform.reaches(claimed.lab.id, 'ended')).failure ?? '', /not ready after 0.02 s/);
    await eventually(async () => (await platform.sandboxIds()).length === 0);
    await eventually(async () => (await platform.store.sandboxesIn(['removed']))[0]?.lastOutput === 'fake output');
  });

  it('can be ended while it waits for the pool', async () => {
    await using platform = new Platform({ poolSize: 1, engine: new FakeEngine({ neverReady: true }) });
    platform.pool.fill();
    await eventually(async () => (await platform.sandboxIds()).length === 1);
    const claimed = await platform.manager.claim(await platform.learner(), 'box');
    assert.ok('lab' in claimed);
    assert.equal((await platform.manager.end(claimed.lab.id, 'learner', 'learner')).state, 'ended');
  });
});

describe('shutting the lab manager down', () => {
  it('ends all labs with `shutdown` and takes no more claims', async () => {
    const platform = new Platform({ engine: new FakeEngine({ readyAfter: 20 }) });
    const ready = await platform.readyLab();
    const learner = await platform.learner();
    const claimed = await platform.manager.claim(learner, 'box');
    assert.ok('lab' in claimed);
    const closing = platform.manager[Symbol.asyncDispose]();
    await assert.rejects(platform.manager.claim('late', 'box'), /going away/);
    await closing;
    for (const id of [ready.id, claimed.lab.id]) {
      const lab = await platform.manager.get(id);
      assert.deepEqual([lab.state, lab.endedBecause], ['ended', 'shutdown']);
    }
    await platform.sandboxes.settled();
    assert.deepEqual(await platform.sandboxIds(), []);
    await platform[Symbol.asyncDispose]();
  });
});

describe('any sequence of claims, resets, ends, deaths and outages', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`gives no learner two labs, leaves no sandbox, and keeps to the state table (seed ${seed})`, async () => {
      const random = randomNumbers(seed);
      const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
      const platform = new Platform({ poolSize: 1, maxLabs: 3, engine: new FakeEngine({ readyAfter: 3 }) });
      await platform.reaper.start();
      const { manager, engine, store } = platform;
      const learners = await Promise.all(Array.from({ length: 5 }, () => platform.learner()));
      const running: Promise<unknown>[] = [];
      const someLab = async () => pick(await store.labsIn(['starting', 'ready', 'ending']))?.id ?? 'none';
      const actions = [
        async () => manager.claim(pick(learners) ?? '', 'box'),
        async () => manager.claim(pick(learners) ?? '', 'box'),
        async () => manager.reset(await someLab(), 'learner'),
        async () => manager.end(await someLab(), 'learner', 'learner'),
        async () => manager.extend(await someLab(), 'learner'),
        async () => platform.reaper.tick(Date.now() + (random() < 0.2 ? 7_200_000 : 0)),
        async () => engine.die(pick(await engine.list())?.ref ?? ''),
        async () => {
          engine.setDown(true);
          setTimeout(() => engine.setDown(false), random() * 10);
        },
      ];
      for (let n = 0; n < 60; n++) {
        running.push(pick(actions)?.().catch(() => undefined) ?? Promise.resolve());
        if (random() < 0.6) await new Promise((resolve) => setTimeout(resolve, random() * 6));
        const live = await store.labsIn(['starting', 'ready', 'ending']);
        assert.equal(new Set(live.map((lab) => lab.learnerId)).size, live.length, 'one lab per learner');
        assert.ok(live.length <= 3, 'no more labs than allowed');
      }
      await Promise.allSettled(running);
      engine.setDown(false);
      await eventually(async () => {
        await platform.reaper.tick();
        const owned = (await store.sandboxesIn(['creating', 'ready'])).map(({ id }) => id).sort();
        const lives = await store.labsIn(['starting', 'ready']);
        const kept = owned.length <= lives.length + 1;
        return (
          kept && (await platform.sandboxIds()).join() === owned.join() && lives.every(({ state }) => state === 'ready')
        );
      });
      for (const lab of await store.labsIn(['ready'])) await manager.ready(lab.id);
      const before = new Map<string, { state: keyof typeof labTransitions; generation: number }>();
      for (const { id, state, generation } of platform.states) {
        const last = before.get(id);
        if (last && last.state !== state && generation === last.generation) {
          assert.ok(labTransitions[last.state].includes(state) || state === 'ended', `${last.state} → ${state}`);
        }
        before.set(id, { state, generation });
      }
      await platform.manager[Symbol.asyncDispose]();
      await platform.pool[Symbol.asyncDispose]();
      await platform.sandboxes.settled();
      assert.deepEqual(await platform.sandboxIds(), [], 'after the shutdown nothing is left');
      await platform[Symbol.asyncDispose]();
    });
  }
});
