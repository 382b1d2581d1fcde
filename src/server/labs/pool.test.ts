import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeEngine } from '../engine/fake-engine.ts';
import { labRow } from '../store/store.contract.ts';
import { eventually } from '../testing.ts';
import { fakeSpec, Platform } from './testing.ts';

async function labOf(platform: Platform): Promise<string> {
  const lab = labRow(await platform.learner());
  await platform.store.insertLab(lab);
  return lab.id;
}

describe('the pool', () => {
  it('keeps as many ready sandboxes as it shall, per shape', async () => {
    const other = fakeSpec({ id: 'bag', image: 'other' });
    await using platform = new Platform({ poolSize: 2, specs: [fakeSpec(), fakeSpec({ id: 'twin' }), other] });
    platform.pool.fill();
    platform.pool.fill();
    await eventually(async () => (await platform.pool.status()).ready === 4);
    assert.deepEqual(await platform.pool.status(), { ready: 4, size: 4 });
  });

  it('gives a sandbox away once and makes the next', async () => {
    await using platform = new Platform({ poolSize: 1 });
    platform.pool.fill();
    await eventually(async () => (await platform.pool.status()).ready === 1);
    const [one, two] = [await labOf(platform), await labOf(platform)];
    const taken = await Promise.all([one, two].map((id) => platform.pool.take(fakeSpec(), id, 1)));
    assert.equal(taken.filter(Boolean).length, 1);
    assert.equal((await platform.sandboxIds()).length, 1, 'not before its learner has had the time for his prompt');
    await eventually(async () => (await platform.pool.status()).ready === 1);
  });

  it('lets a claim wait for the sandbox that is being made anyway', async () => {
    await using platform = new Platform({ poolSize: 1, engine: new FakeEngine({ readyAfter: 50 }) });
    platform.pool.fill();
    await eventually(async () => (await platform.sandboxIds()).length === 1);
    const [making] = await platform.sandboxIds();
    assert.equal((await platform.pool.take(fakeSpec(), await labOf(platform), 1))?.id, making);
  });

  it('gives nothing of another shape, and nothing where it is empty', async () => {
    await using platform = new Platform({ poolSize: 1 });
    platform.pool.fill();
    await eventually(async () => (await platform.pool.status()).ready === 1);
    assert.equal(await platform.pool.take(fakeSpec({ image: 'other' }), await labOf(platform), 1), undefined);
    assert.equal((await platform.pool.status()).ready, 1);
  });

  it('tries again after a failure, and says what the problem is until then', async () => {
    const engine = new FakeEngine({ createFails: 'no space left' });
    await using platform = new Platform({ poolSize: 1, engine });
    platform.pool.fill();
    await eventually(async () => (await platform.pool.status()).problem === 'no space left');
    assert.equal(await platform.pool.take(fakeSpec(), await labOf(platform), 1), undefined, 'nobody waits for it');
    delete engine.behaviour.createFails;
    await eventually(async () => (await platform.pool.status()).ready === 1);
    assert.equal((await platform.pool.status()).problem, undefined);
  });

  it('lets a claim go on when the sandbox it waits for cannot be made', async () => {
    await using platform = new Platform({
      poolSize: 1,
      engine: new FakeEngine({ neverReady: true }),
      specs: [fakeSpec({ ready: { daemon: 50 } })],
    });
    platform.pool.fill();
    await eventually(async () => (await platform.sandboxIds()).length === 1);
    assert.equal(await platform.pool.take(fakeSpec({ ready: { daemon: 50 } }), await labOf(platform), 1), undefined);
  });

  it('leaves nothing when it is closed, whatever it was doing', async () => {
    for (const behaviour of [{}, { neverReady: true }, { createFails: 'no' }]) {
      const platform = new Platform({ poolSize: 2, engine: new FakeEngine(behaviour) });
      platform.pool.fill();
      await platform.pool[Symbol.asyncDispose]();
      await platform.sandboxes.settled();
      assert.deepEqual(await platform.sandboxIds(), []);
      platform.pool.fill();
      assert.deepEqual(await platform.sandboxIds(), []);
      await platform[Symbol.asyncDispose]();
    }
  });
});
