import assert from 'node:assert/strict';
import test from 'node:test';
import { aBox, aDaemon, aHost } from '../../shared/map-fixture.ts';
import { mapChanges } from './map-changes.ts';

const told = (...maps: [Parameters<typeof mapChanges>[0], Parameters<typeof mapChanges>[1]]) =>
  mapChanges(...maps).map(({ kind, name, level }) => [kind, name, level]);

test('the same map twice changes nothing', () => {
  assert.deepEqual(told(aHost(aDaemon(aBox('a'))), aHost(aDaemon(aBox('a')))), []);
});

test('a container that appears inside another is told with its level', () => {
  const dind = (...inner: Parameters<typeof aDaemon>) => aHost(aDaemon(aBox('dind', { daemons: [aDaemon(...inner)] })));
  assert.deepEqual(told(dind(), dind(aBox('container3'))), [['added', 'container3', 3]]);
});

test('containers that stop or go are told', () => {
  const before = aHost(aDaemon(aBox('a'), aBox('b')));
  assert.deepEqual(told(before, aHost(aDaemon(aBox('a', { state: 'exited' })))), [
    ['changed', 'a', 2],
    ['removed', 'b', 2],
  ]);
});

test('a sibling survives what a child does not', () => {
  const dind = aBox('dind', { daemons: [aDaemon(aBox('child'))] });
  assert.deepEqual(told(aHost(aDaemon(dind, aBox('sibling'))), aHost(aDaemon(aBox('sibling')))), [
    ['removed', 'dind', 2],
    ['removed', 'child', 3],
    ['survived', 'sibling', 2],
  ]);
});
