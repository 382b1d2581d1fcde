import assert from 'node:assert/strict';
import test from 'node:test';
import { aBox, aDaemon, aHost } from '../../shared/map-fixture.ts';
import { mapShape } from '../../shared/map-tree.ts';

import { parseShape } from './shape.ts';

const boxes = (shape: string): number =>
  parseShape(shape).reduce(function all(sum: number, { inner }): number {
    return inner.reduce(all, sum + 1);
  }, 0);

test('a shape is read as it was written', () => {
  const dind = aBox('dind', { privileged: true, daemons: [aDaemon(aBox('inner'))] });
  const shape = mapShape(aHost(aDaemon(dind, aBox('other', { state: 'exited' }))));
  assert.deepEqual(parseShape(shape), [
    { marks: '!', inner: [{ marks: '', inner: [] }] },
    { marks: '-', inner: [] },
  ]);
});

test('one that was cut off, or is none, is a picture all the same', () => {
  assert.equal(boxes('(!(()'), 3);
  assert.equal(boxes('))x(()'), 2);
  assert.equal(boxes(''), 0);
});
