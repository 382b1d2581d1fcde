import assert from 'node:assert/strict';
import test from 'node:test';
import { learnerName } from './learner-name.ts';

test('a learner has the name he gave, else his number with two digits', () => {
  assert.equal(learnerName({ id: 'a', number: 7, name: 'Mei' }, 'Learner {n}'), 'Mei');
  assert.equal(learnerName({ id: 'a', number: 7 }, 'Learner {n}'), 'Learner 07');
  assert.equal(learnerName({ id: 'a', number: 123 }, '学员{n}'), '学员123');
});
