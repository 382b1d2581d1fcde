import assert from 'node:assert/strict';
import test from 'node:test';
import { aBox, aDaemon, aHost } from '../../shared/map-fixture.ts';
import { ghostsOf, misplacedIn } from './expected.ts';

const shape = { 'dind-test': ['container3'] };
const dind = (...inner: Parameters<typeof aDaemon>) => aBox('dind-test', { daemons: [aDaemon(...inner)] });

test('what was predicted is a ghost until it is somewhere', () => {
  assert.deepEqual(ghostsOf(shape, aHost(aDaemon())), [
    { name: 'dind-test', inside: undefined },
    { name: 'container3', inside: 'dind-test' },
  ]);
  assert.deepEqual(ghostsOf(shape, aHost(aDaemon(dind()))), [{ name: 'container3', inside: 'dind-test' }]);
  assert.deepEqual(ghostsOf(shape, aHost(aDaemon(dind(aBox('container3'))))), []);
  assert.deepEqual(ghostsOf(shape, aHost(aDaemon(dind(), aBox('container3')))), [], 'reality has answered');
});

test('a container at the wrong level is told where it belongs', () => {
  assert.deepEqual(
    [...misplacedIn(shape, aHost(aDaemon(dind(), aBox('container3'))))],
    [['#0/container3', 'dind-test']],
  );
  assert.deepEqual(
    [...misplacedIn({ container3: [] }, aHost(aDaemon(dind(aBox('container3')))))],
    [['#0/dind-test#0/container3', undefined]],
  );
});

test('one in the right place is right, whoever has the same name elsewhere', () => {
  const both = aHost(aDaemon(dind(aBox('container3')), aBox('container3')));
  assert.equal(misplacedIn(shape, both).size, 0);
});
