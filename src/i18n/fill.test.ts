import assert from 'node:assert/strict';
import test from 'node:test';
import { count, fill } from './fill.ts';

test('values stand where their placeholders stood', () => {
  assert.equal(fill('{n} of {of} steps', { n: 2, of: 3 }), '2 of 3 steps');
});

test('a placeholder without a value stays, so that the mistake is seen', () => {
  assert.equal(fill('no {container}', {}), 'no {container}');
});

test('a value is never read as a placeholder', () => {
  assert.equal(fill('{a}{b}', { a: '{b}', b: 'x' }), '{b}x');
});

test('one thing has a form of its own', () => {
  const forms = { one: '{n} step', other: '{n} steps' };
  assert.equal(count(forms, 1), '1 step');
  assert.equal(count(forms, 0), '0 steps');
});
