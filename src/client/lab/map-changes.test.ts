import assert from 'node:assert/strict';
import test from 'node:test';
import type { MapContainer, MapDaemon } from '../../shared/api.ts';
import { mapChanges } from './map-changes.ts';

const box = (name: string, more: Partial<MapContainer> = {}): MapContainer => ({
  name,
  id: name,
  image: 'alpine',
  state: 'running',
  level: 2,
  privileged: false,
  pids: [],
  daemons: [],
  ...more,
});
const daemon = (containers: MapContainer[], id = 'outer', level = 1): MapDaemon => ({
  id,
  version: '26.1',
  driver: 'overlay2',
  level,
  containers,
  omitted: 0,
});

test('the same map twice changes nothing', () => {
  assert.deepEqual(mapChanges(daemon([box('a')]), daemon([box('a')])), []);
});

test('a container that appears inside another is told with its level', () => {
  const inner = daemon([box('container3', { level: 3 })], 'inner', 2);
  const changes = mapChanges(
    daemon([box('dind', { daemons: [daemon([], 'inner', 2)] })]),
    daemon([box('dind', { daemons: [inner] })]),
  );
  assert.deepEqual(changes, [{ kind: 'added', name: 'container3', level: 3, state: 'running' }]);
});

test('containers that stop or go are told', () => {
  const changes = mapChanges(daemon([box('a'), box('b')]), daemon([box('a', { state: 'exited' })]));
  assert.deepEqual(
    changes.map(({ kind, name, state }) => [kind, name, state]),
    [
      ['changed', 'a', 'exited'],
      ['removed', 'b', 'running'],
    ],
  );
});
