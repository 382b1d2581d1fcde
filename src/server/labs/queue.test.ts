import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Queue } from './queue.ts';

function queueOf(...learners: string[]) {
  const moves: string[] = [];
  const queue = new Queue((learner, position) => moves.push(`${learner}=${position}`));
  for (const learnerId of learners) queue.add({ learnerId, specId: 'box' });
  return { queue, moves };
}

describe('the queue', () => {
  it('is first come, first served, and places count from 1', () => {
    const { queue } = queueOf('a', 'b');
    assert.equal(queue.add({ learnerId: 'c', specId: 'box' }), 3);
    assert.equal(queue.first?.learnerId, 'a');
    assert.equal(queue.position('nobody'), 0);
  });

  it('keeps the place of who asks again, for another lab too', () => {
    const { queue } = queueOf('a', 'b');
    assert.equal(queue.add({ learnerId: 'a', specId: 'bag' }), 1);
    assert.deepEqual(queue.first, { learnerId: 'a', specId: 'bag' });
    assert.equal(queue.length, 2);
  });

  it('tells those behind who leaves that they moved up', () => {
    const { queue, moves } = queueOf('a', 'b', 'c');
    queue.remove('nobody');
    assert.equal(moves.length, 0);
    queue.remove('b');
    assert.ok(moves.includes('c=2'));
    assert.equal(queue.position('b'), 0);
  });

  it('does not wait for a learner who never opens a page', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { queue } = queueOf('a');
    queue.setPresent('b', true);
    queue.add({ learnerId: 'b', specId: 'box' });
    t.mock.timers.tick(14_000);
    assert.equal(queue.position('b'), 2);
    t.mock.timers.tick(2_000);
    assert.deepEqual([queue.position('a'), queue.position('b')], [0, 1]);
    queue.add({ learnerId: 'c', specId: 'box' });
    t.mock.timers.tick(10_000);
    queue.add({ learnerId: 'c', specId: 'bag' });
    t.mock.timers.tick(10_000);
    assert.equal(queue.position('c'), 2, 'who asks again is there');
    t.mock.timers.tick(6_000);
    assert.equal(queue.position('c'), 0);
  });

  it('keeps the place of a learner whose page is gone for a while, not for ever', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { queue } = queueOf('a', 'b');
    queue.setPresent('a', false);
    queue.setPresent('b', false);
    t.mock.timers.tick(14_000);
    queue.setPresent('b', true);
    t.mock.timers.tick(2_000);
    assert.deepEqual([queue.position('a'), queue.position('b')], [0, 1]);
  });
});
