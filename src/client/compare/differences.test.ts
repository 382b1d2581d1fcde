import assert from 'node:assert/strict';
import test from 'node:test';
import { odd, oddLines } from './differences.ts';

test('what most have is not marked', () => {
  assert.deepEqual(odd(['no', 'yes', 'yes', 'yes']), [true, false, false, false]);
  assert.deepEqual(odd(['no', 'no', 'no', 'no']), [false, false, false, false]);
});

test('without a majority all that differ are marked', () => {
  assert.deepEqual(odd(['a', 'b', 'a', 'b']), [true, true, true, true]);
  assert.deepEqual(odd(['a', 'b', 'c', 'd']), [true, true, true, true]);
});

test('what is not known yet differs from nothing', () => {
  assert.deepEqual(odd([undefined, 'yes', undefined, 'yes']), [false, false, false, false]);
});

test('a line that another output lacks is marked', () => {
  assert.deepEqual(oddLines('a\nb', ['a', 'a\nb']), [
    { line: 'a', isOdd: false },
    { line: 'b', isOdd: true },
  ]);
  assert.deepEqual(oddLines('a', []), [{ line: 'a', isOdd: false }]);
});
