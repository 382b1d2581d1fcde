import assert from 'node:assert/strict';
import test from 'node:test';
import { type AnswerField, answerField, hasForm, isRight } from './question.ts';

/** Texts that have the field's form and are right, that have it and are wrong, and that do not have it. */
function judges(field: AnswerField, right: string[], wrong: string[], formless: string[]) {
  for (const text of right) assert.ok(hasForm(field, text) && isRight(field, text), text);
  for (const text of wrong) assert.ok(hasForm(field, text) && !isRight(field, text), text);
  for (const text of formless) assert.ok(!hasForm(field, text), text);
}

test('a text has a form, and may have a key', () => {
  judges({ pattern: '^\\d+$', key: '^4$' }, ['4'], ['5'], ['x', '']);
  judges({ pattern: '^\\d+$' }, ['4', '5'], [], ['x']);
});

test('one choice is one of the choices', () => {
  judges({ choices: ['a', 'b'], key: 'b' }, ['b'], ['a'], ['c', 'a b', '']);
});

test('of several right choices all must be taken, in any order, and no other', () => {
  const field: AnswerField = { kind: 'choice', choices: ['a', 'b', 'c'], keys: ['a', 'c'] };
  judges(field, ['a c', 'c a'], ['a', 'a b c'], ['a a', 'a d', '', 'a,c']);
});

test('an order has every choice once', () => {
  judges(
    { kind: 'order', choices: ['a', 'b', 'c'], keys: ['b', 'a', 'c'] },
    ['b a c'],
    ['a b c'],
    ['b a', 'b a a', 'b a d'],
  );
});

test('a match gives every choice one of the targets', () => {
  const field: AnswerField = { kind: 'match', choices: ['a', 'b'], targets: ['x', 'y', 'z'], keys: { a: 'y', b: 'y' } };
  judges(field, ['a=y b=y', 'b=y a=y'], ['a=x b=y'], ['a=y', 'a=y b=', 'a=y b=w', 'a=y a=y', 'a=y b=y=x', 'a b']);
});

test('keys that cannot be met are refused', () => {
  const refused = [
    { choices: ['a', 'b'], key: 'c' },
    { kind: 'choice', choices: ['a', 'b'], keys: ['c'] },
    { kind: 'order', choices: ['a', 'b'], keys: ['a'] },
    { kind: 'order', choices: ['a', 'b'], keys: ['a', 'b'] },
    { kind: 'match', choices: ['a', 'b'], targets: ['x', 'y'], keys: { a: 'x' } },
    { kind: 'match', choices: ['a', 'b'], targets: ['x', 'y'], keys: { a: 'x', b: 'z' } },
    { pattern: '(' },
    { pattern: 'a', key: '(' },
  ];
  for (const field of refused) assert.equal(answerField.safeParse(field).success, false, JSON.stringify(field));
});
