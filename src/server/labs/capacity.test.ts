import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeEngine } from '../engine/fake-engine.ts';
import { eventually } from '../testing.ts';
import { fakeSpec, Platform } from './testing.ts';

const gib = 2 ** 30;
/** Another kind of lab: it cannot use the sandboxes of `box`. */
const bag = fakeSpec({ id: 'bag', image: 'other', reserve: gib });

/** What a new learner gets who wants a lab of the kind. */
async function claim(platform: Platform, kind: string): Promise<'lab' | number> {
  const claimed = await platform.manager.claim(await platform.learner(), kind);
  if ('position' in claimed) return claimed.position;
  await platform.reaches(claimed.lab.id, 'ready');
  return 'lab';
}

const pooled = async ({ store }: Platform) =>
  (await store.sandboxesIn(['ready']))
    .filter(({ purpose }) => purpose === 'pool')
    .map(({ shape }) => shape.split(':')[0]);

describe('capacity', () => {
  it('counts each lab with the reserve of its own kind, against four fifths of the memory', async () => {
    const specs = [fakeSpec({ reserve: gib / 4 }), bag];
    await using platform = new Platform({ specs, memory: 2 * gib });
    assert.equal(await claim(platform, 'bag'), 'lab');
    assert.deepEqual([await claim(platform, 'box'), await claim(platform, 'box')], ['lab', 'lab']);
    assert.equal(await claim(platform, 'box'), 1, '1.5 of 1.6 GiB are promised');
  });

  it('stops at the most labs that are allowed, however little they need', async () => {
    await using platform = new Platform({ maxLabs: 2 });
    assert.deepEqual(
      [await claim(platform, 'box'), await claim(platform, 'box'), await claim(platform, 'box')],
      ['lab', 'lab', 1],
    );
  });

  it('fills the pool only as far as there is room', async () => {
    await using platform = new Platform({ poolSize: 5, memory: gib, specs: [fakeSpec({ reserve: gib / 4 })] });
    platform.pool.fill();
    await eventually(async () => (await pooled(platform)).length === 3);
    await platform.reaper.tick();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal((await pooled(platform)).length, 3);
  });

  it('gives up a sandbox of another kind that waits, so that a lab fits', async () => {
    const specs = [fakeSpec({ reserve: gib }), bag];
    await using platform = new Platform({ specs, poolSize: 1, memory: 2.6 * gib });
    platform.pool.fill();
    await eventually(async () => (await pooled(platform)).length === 2);
    assert.equal(await claim(platform, 'box'), 'lab');
    assert.equal(await claim(platform, 'box'), 'lab');
    await eventually(async () => (await pooled(platform)).length === 0);
    assert.equal((await platform.sandboxIds()).length, 2);
  });

  it('starts nothing new below the floor, but gives away what waits, and goes on when memory is free again', async () => {
    const engine = new FakeEngine({ freeMemory: gib });
    await using platform = new Platform({ engine, poolSize: 1, floor: gib / 2 });
    platform.pool.fill();
    await eventually(async () => (await pooled(platform)).length === 1);
    engine.behaviour.freeMemory = gib / 4;
    await new Promise((resolve) => setTimeout(resolve, 2100));
    assert.equal(await claim(platform, 'box'), 'lab', 'from the pool');
    assert.equal(await claim(platform, 'box'), 1);
    assert.deepEqual(await pooled(platform), []);
    engine.behaviour.freeMemory = gib;
    await eventually(async () => {
      await platform.reaper.tick();
      return (await platform.store.labsIn(['ready'])).length === 2;
    });
  });

  it('drains the pool of what was made of older images', async () => {
    const old = new Platform({ poolSize: 1, specs: [fakeSpec({ image: 'sandbox:old' })] });
    old.pool.fill();
    await eventually(async () => (await pooled(old)).length === 1);
    const { engine, store } = old;
    await using platform = new Platform({ engine, store, poolSize: 1, specs: [fakeSpec({ image: 'sandbox:new' })] });
    await platform.reaper.reconcile();
    assert.deepEqual(await pooled(platform), []);
    assert.deepEqual(await platform.sandboxIds(), []);
  });
});
