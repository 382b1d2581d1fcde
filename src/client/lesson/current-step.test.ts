import assert from 'node:assert/strict';
import test from 'node:test';
import { firstStep, nextStep } from './current-step.ts';

const steps = [
  { id: 'one', passed: true },
  { id: 'two', passed: false },
  { id: 'three', passed: true },
  { id: 'four', passed: false },
];

test('a lesson opens at the step in the address', () => {
  assert.equal(firstStep(steps, '#three'), 'three');
});

test('without one it opens at the first step that is not passed', () => {
  assert.equal(firstStep(steps, ''), 'two');
  assert.equal(firstStep(steps, '#elsewhere'), 'two');
});

test('a finished lesson opens at its last step', () => {
  assert.equal(firstStep([{ id: 'one', passed: true }], ''), 'one');
  assert.equal(firstStep([], ''), undefined);
});

test('after a step comes the next one that is not passed, then what was skipped', () => {
  assert.equal(nextStep(steps, 'two'), 'four');
  assert.equal(nextStep(steps, 'four'), 'two');
  assert.equal(nextStep([{ id: 'one', passed: true }], 'one'), undefined);
});
