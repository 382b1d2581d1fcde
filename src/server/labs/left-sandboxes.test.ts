import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leftSandboxes } from './left-sandboxes.ts';
import { fakeSpec, Platform } from './testing.ts';

describe('what crashes left', () => {
  it('is nothing while labs live', async () => {
    await using platform = new Platform();
    await platform.readyLab();
    assert.deepEqual(await leftSandboxes(platform), []);
  });

  it('is what has no row, no lease, no lab, or no sandbox, and it can be removed', async () => {
    const removed: string[] = [];
    const earlier = [{ id: 'earlier', remove: async () => void removed.push('earlier') }];
    await using platform = new Platform({ earlier });
    const { engine, store, sandboxes } = platform;
    const lab = await platform.readyLab();
    const unknown = { id: 'unknown', shape: '', spec: fakeSpec(), leaseUntil: Date.now() + 60_000 };
    await engine.create(unknown);
    const tested = await sandboxes.create(fakeSpec(), { purpose: 'test', leaseUntil: Date.now() + 1000 });
    const ghost = await sandboxes.create(fakeSpec(), { purpose: 'test', leaseUntil: Date.now() + 90_000 });
    await engine.remove(ghost.engineRef);
    await store.changeLab(lab.id, { states: ['ready'] }, { state: 'ending' });
    await store.changeLab(lab.id, { states: ['ending'] }, { state: 'ended' });

    const left = await leftSandboxes(platform, Date.now() + 2000);
    assert.deepEqual(left.map(({ why }) => why).sort(), [
      'it is gone from the engine',
      'it is in an engine that is used no more',
      'its lab has ended',
      'its lease is over',
      'nobody knows it',
    ]);
    assert.ok(left.some(({ id }) => id === tested.id));
    for (const each of left) await each.remove();
    assert.deepEqual(removed, ['earlier']);
    earlier.pop();
    assert.deepEqual(await leftSandboxes(platform, Date.now() + 2000), []);
    assert.deepEqual(await platform.sandboxIds(), []);
  });
});
