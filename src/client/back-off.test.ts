import assert from 'node:assert/strict';
import test from 'node:test';
import { waitBefore } from './back-off.ts';

const never = () => 0;

test('waits double and end at fifteen seconds', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 30].map((n) => waitBefore(n, never)),
    [500, 1000, 2000, 4000, 8000, 15_000, 15_000],
  );
});

test('chance shortens a wait by at most three tenths', () => {
  assert.equal(
    waitBefore(1, () => 1),
    700,
  );
});
