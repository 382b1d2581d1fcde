import assert from 'node:assert/strict';
import test from 'node:test';
import { age, clock, seconds } from './time.ts';

test('time left counts down to zero and never below', () => {
  assert.equal(clock(3_138_000), '52:18');
  assert.equal(clock(59_001), '1:00');
  assert.equal(clock(9_000), '0:09');
  assert.equal(clock(3_729_000), '1:02:09');
  assert.equal(clock(-5), '0:00');
});

test('durations have a decimal while it tells something', () => {
  assert.equal(seconds(812), '0.8');
  assert.equal(seconds(9_949), '9.9');
  assert.equal(seconds(9_960), '10');
  assert.equal(seconds(12_400), '12');
});

test('an age is told in the largest whole unit', () => {
  assert.equal(age(2_900, 'en'), '2 sec');
  assert.equal(age(200_000, 'en'), '3 min');
  assert.equal(age(7_300_000, 'en'), '2 hr');
  assert.match(age(2_900, 'zh-CN'), /^2\s*秒$/);
  assert.match(age(200_000, 'zh-CN'), /^3\s*分钟$/);
});
