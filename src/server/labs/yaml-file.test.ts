import assert from 'node:assert/strict';
import test from 'node:test';
import { z } from 'zod';
import { FileError, parseYaml } from './yaml-file.ts';

const schema = z.strictObject({
  name: z.string(),
  steps: z.record(z.string().regex(/^[a-z]+$/, 'not an id'), z.strictObject({ minutes: z.number() })),
});

function problemsOf(text: string, firstLine = 1): string[] {
  try {
    parseYaml('lesson.yaml', text, schema, firstLine);
    return [];
  } catch (error) {
    assert.ok(error instanceof FileError);
    return error.message.split('\n');
  }
}

test('a file that fits gives its value and the line of every field', () => {
  const file = parseYaml('lesson.yaml', 'name: x\nsteps:\n  one:\n    minutes: 3\n', schema);
  assert.equal(file.value.steps.one?.minutes, 3);
  assert.deepEqual(file.problem(['steps', 'one', 'minutes'], 'too long'), {
    file: 'lesson.yaml',
    line: 4,
    message: 'steps.one.minutes: too long',
  });
});

test('every wrong field is named with its line', () => {
  assert.deepEqual(problemsOf('name: 1\nsteps:\n  one:\n    minutes: soon\n'), [
    'lesson.yaml:1: name: Invalid input: expected string, received number',
    'lesson.yaml:4: steps.one.minutes: Invalid input: expected number, received string',
  ]);
});

test('an unknown field is reported at itself, a missing one at what should hold it', () => {
  assert.deepEqual(problemsOf('name: x\nsteps:\n  one:\n    minutes: 1\n    extra: 2\n  two: {}\n'), [
    'lesson.yaml:5: steps.one.extra: unknown field',
    'lesson.yaml:6: steps.two.minutes: missing',
  ]);
});

test('an id of the wrong form is reported at the id', () => {
  assert.deepEqual(problemsOf('name: x\nsteps:\n  One: {minutes: 1}\n'), ['lesson.yaml:3: steps.One: not an id']);
});

test('a duplicate key is reported where it stands the second time', () => {
  assert.deepEqual(problemsOf('name: x\nsteps:\n  one: {minutes: 1}\n  one: {minutes: 2}\n'), [
    'lesson.yaml:4: steps.one: duplicate key',
  ]);
});

test('broken YAML is reported with the parser’s words', () => {
  const [first = ''] = problemsOf('name: [x\nsteps: {}\n');
  assert.match(first, /^lesson\.yaml:\d: /);
});

test('an empty file is a missing object, not a crash', () => {
  assert.equal(problemsOf('').length, 1);
});

test('lines count from the place of the text in its file', () => {
  assert.deepEqual(problemsOf('name: 1\nsteps: {}\n', 2), [
    'lesson.yaml:2: name: Invalid input: expected string, received number',
  ]);
});
