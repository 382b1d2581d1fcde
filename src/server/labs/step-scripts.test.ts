import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { courseFolder } from './course-fixture.ts';
import { LessonCatalog } from './lesson-catalog.ts';
import { readVerdict, StepScripts } from './step-scripts.ts';

const ended = (code: number, stdout = '', stderr = '') => ({ code, stdout, stderr, timedOut: false });
const reasons = ['not-there', 'too-late'];

describe('reading a check’s verdict', () => {
  it('passes with exit code 0, whatever it printed', () => {
    assert.deepEqual(readVerdict(ended(0, 'noise\n'), reasons), { status: 'passed' });
  });

  it('is not yet passed with 10 and impossible with 20, for a reason with values', () => {
    assert.deepEqual(readVerdict(ended(10, 'not-there name=web port=8080\nmore\n'), reasons), {
      status: 'not-yet',
      reason: 'not-there',
      values: { name: 'web', port: '8080' },
    });
    assert.deepEqual(readVerdict(ended(20, 'too-late'), reasons), {
      status: 'impossible',
      reason: 'too-late',
      values: {},
    });
  });

  it('keeps a value with an equals sign, and a word without one', () => {
    const verdict = readVerdict(ended(10, 'not-there flag=--a=b alone\n'), reasons);
    assert.deepEqual('values' in verdict && verdict.values, { flag: '--a=b', alone: '' });
  });

  it('is our fault for a reason that the lesson does not have, or none', () => {
    for (const line of ['', 'no-such-reason', '\nnot-there', 'NOT-THERE']) {
      assert.equal(readVerdict(ended(10, line), reasons).status, 'broken', line);
    }
  });

  it('is our fault for a syntax error, an unknown command and any other exit code, with what it said', () => {
    for (const code of [1, 2, 126, 127, 137, 255]) {
      const verdict = readVerdict(ended(code, 'not-there', 'sh: jqq: not found'), reasons);
      assert.ok(verdict.status === 'broken');
      assert.ok(verdict.output.includes(`exit code ${code}`) && verdict.output.includes('jqq: not found'));
    }
  });

  it('is our fault when there was no time left, even with exit code 0', () => {
    for (const code of [0, 10, 137]) {
      const verdict = readVerdict({ code, stdout: 'not-there', stderr: '', timedOut: true }, reasons);
      assert.ok(verdict.status === 'broken' && verdict.output.includes('longer than 10 s'));
    }
  });

  it('shows an author a bounded part of a flood', () => {
    const verdict = readVerdict(ended(1, 'x'.repeat(1e6), 'y'.repeat(1e6)), reasons);
    assert.ok(verdict.status === 'broken' && verdict.output.length <= 2000);
  });
});

it('a check that is not there is our fault, too', async (t) => {
  const folder = await courseFolder(t);
  const lessons = await LessonCatalog.load(join(folder, 'lessons'));
  await rm(join(folder, 'lessons/basics/box/steps/start/check.sh'));
  const neither = undefined as never; // engine and record are not asked
  const verdict = await new StepScripts(neither, lessons, neither).check('lab', { lesson: 'box', step: 'start' }, 'n');
  assert.ok(verdict.status === 'broken' && verdict.output.includes('check.sh is not there'));
});
