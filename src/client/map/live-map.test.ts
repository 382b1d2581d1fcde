import assert from 'node:assert/strict';
import test from 'node:test';
import type { LabView } from '../../shared/api.ts';
import { aBox, aDaemon, aHost } from '../../shared/map-fixture.ts';
import { mapDifference } from '../../shared/map-tree.ts';
import { liveMap } from './live-map.ts';

const lab = (generation: number): LabView => ({
  ...{ id: 'lab1', spec: 'dind', state: 'ready', generation, phases: [], terminals: [], isolation: 'privileged' },
  ...{ createdAt: 0, expiresAt: 0, maxExpiresAt: 0 },
});
const empty = aHost(aDaemon());
const full = aHost(aDaemon(aBox('a')));
const tell = (of: string, change: ReturnType<typeof mapDifference>, current = lab(1)) =>
  change && liveMap.take({ type: 'map', lab: of, change }, current);

test('the whole map comes first, then what has changed', () => {
  tell('lab1', mapDifference(empty, full));
  assert.equal(liveMap.of(lab(1)), undefined);
  tell('lab1', mapDifference(undefined, empty));
  assert.deepEqual(liveMap.of(lab(1)), empty);
  tell('lab1', mapDifference(empty, full));
  assert.deepEqual(liveMap.of(lab(1)), full);
});

test('a map of another lab is not shown', () => {
  tell('other', mapDifference(full, empty));
  assert.deepEqual(liveMap.of(lab(1)), full);
});

test('after a reset nothing of the old machine is shown', () => {
  assert.equal(liveMap.of(lab(2)), undefined);
  tell('lab1', mapDifference(full, empty), lab(2));
  assert.equal(liveMap.of(lab(2)), undefined);
});
