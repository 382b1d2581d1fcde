import assert from 'node:assert/strict';
import test from 'node:test';
import { aBox, aDaemon, aHost } from './map-fixture.ts';
import { changedMap, mapContainers, mapDifference, mapShape } from './map-tree.ts';

const dind = (...inner: Parameters<typeof aDaemon>) => aBox('dind', { privileged: true, daemons: [aDaemon(...inner)] });

/** Pairs of maps between which something of every kind happens. */
const steps = [
  aHost(aDaemon()),
  aHost(aDaemon(dind())),
  aHost(aDaemon(dind(aBox('one')), aBox('other'))),
  aHost(aDaemon(dind(aBox('one', { state: 'exited', exitCode: 1, pids: [] }), aBox('two')), aBox('other'))),
  aHost(aDaemon(aBox('other'))),
  aHost(),
];

test('a viewer who has every change has the map', () => {
  let seen = steps[0] && changedMap(undefined, mapDifference(undefined, steps[0]) ?? { set: [], gone: [] });
  steps.reduce((before, after) => {
    const change = mapDifference(before, after);
    assert.ok(change);
    seen = changedMap(seen, JSON.parse(JSON.stringify(change)));
    assert.deepEqual(seen, after);
    return after;
  });
});

test('nothing is told when nothing differs', () => {
  for (const each of steps) assert.equal(mapDifference(each, structuredClone(each)), undefined);
});

test('one container among many is told alone', () => {
  const many = Array.from({ length: 60 }, (_, n) => aBox(`box${n}`));
  const change = mapDifference(aHost(aDaemon(...many)), aHost(aDaemon(...many, aBox('new'))));
  assert.deepEqual([change?.set.length, change?.gone], [1, []]);
});

test('containers are listed with their way from L1', () => {
  const chains = mapContainers(steps[2] ?? aHost()).map(({ chain, owner }) => [owner.level, ...chain]);
  assert.deepEqual(chains, [
    [1, 'dind'],
    [2, 'dind', 'one'],
    [1, 'other'],
  ]);
});

test('a shape has the boxes and what they are, and stays small', () => {
  const socket = aBox('ci', { talks: [{ daemon: '#0', way: 'socket' }] });
  const map = aHost(aDaemon(dind(aBox('one'), aBox('two', { state: 'exited' })), socket));
  assert.equal(mapShape(map), '(!()(-))(s)');
  const crowd = aHost(aDaemon(...Array.from({ length: 200 }, (_, n) => aBox(`b${n}`))));
  assert.ok(mapShape(crowd).length <= 240);
});
