import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { StepProgress } from '../../shared/api.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { AnswerFormError, Course, PredictionLockedError, SolutionLockedError, UnknownPlaceError } from './course.ts';
import { courseFolder, edited } from './course-fixture.ts';
import { Feed } from './feed.ts';
import { LessonCatalog } from './lesson-catalog.ts';

const look = { lesson: 'box', step: 'look' };
const start = { lesson: 'box', step: 'start' };

async function setUp(t: TestContext, changes: Record<string, string> = {}) {
  const lessons = await LessonCatalog.load(join(await courseFolder(t, changes), 'lessons'));
  const store = openSqliteStore(':memory:');
  t.after(() => store[Symbol.asyncDispose]());
  await store.createLearner('a', 1);
  const feed = new Feed();
  const told: StepProgress[] = [];
  feed.on('progress', (_, progress) => told.push(progress));
  return { course: new Course({ store, lessons, feed }), store, told };
}

describe('a learner in a lesson', () => {
  it('passes an answer step when all answers are right, and keeps what he gave', async (t) => {
    const { course, told } = await setUp(t);
    const wrong = await course.answer('a', look, { name: 'bag' });
    assert.deepEqual([wrong.judged, wrong.progress.passedAt, wrong.progress.tries], [{ name: false }, undefined, 1]);
    const right = await course.answer('a', look, { name: 'box' });
    assert.ok(right.judged?.name && right.progress.passedAt);
    const again = await course.answer('a', look, { name: 'bag' });
    assert.equal(again.progress.passedAt, right.progress.passedAt, 'once passed stays passed');
    assert.deepEqual(told.at(-1), again.progress);
  });

  it('must give an answer the form that its field asks for', async (t) => {
    const { course } = await setUp(t);
    await assert.rejects(course.answer('a', look, { name: 'sack' }), AnswerFormError);
    await assert.rejects(course.answer('a', look, { toString: 'x' }), UnknownPlaceError);
  });

  it('locks his prediction in, and is told the truth when the step has passed', async (t) => {
    const predict = '    blocks:\n      go: {run: "docker run -d --name box alpine sleep 60"}';
    const change = edited(
      'lessons/basics/box/lesson.yaml',
      predict,
      `    predict: {choices: [a, b], truth: a}\n${predict}`,
    );
    const { course } = await setUp(t, change);
    await course.predict('a', look, 'no');
    assert.equal((await course.predict('a', look, 'no')).prediction, 'no', 'saying the same again is fine');
    await assert.rejects(course.predict('a', look, 'yes'), PredictionLockedError);
    await course.predict('a', start, 'b');
    assert.deepEqual((await course.explanations('a', 'box', 'en')).truths, {});
    await course.answer('a', look, { name: 'box' });
    assert.deepEqual((await course.explanations('a', 'box', 'en')).truths, { look: 'yes' });
    await assert.rejects(course.predict('a', start, 'c'), UnknownPlaceError);
  });

  it('sees the solution after the third hint, after two minutes, or after he has passed', async (t) => {
    const { course, store } = await setUp(t, {
      'lessons/basics/box/steps/start/solve.sh': '#!/bin/sh\n# how\nset -e\n\ndocker run -d --name box alpine\n# end\n',
    });
    await assert.rejects(course.solution('a', start, 'en'), SolutionLockedError);
    await course.takeHint('a', start, 2);
    await assert.rejects(course.solution('a', start, 'en'), SolutionLockedError);
    await course.takeHint('a', start, 3);
    const { script, progress } = await course.solution('a', start, 'en');
    assert.equal(script, 'docker run -d --name box alpine\n# end');
    assert.ok(progress.solutionSeen);
    await store.createLearner('slow', 1);
    await store.recordProgress('slow', start, Date.now() - 2 * 60_000, {});
    await course.solution('slow', start, 'en');
    await store.createLearner('done', 1);
    await store.recordProgress('done', start, Date.now(), { passedAt: 1 });
    await course.solution('done', start, 'en');
    await assert.rejects(course.solution('a', look, 'en'), UnknownPlaceError);
    await assert.rejects(course.takeHint('a', start, 4), UnknownPlaceError);
  });

  it('passes a step by an event only where the step asks for it', async (t) => {
    const change = edited(
      'lessons/basics/box/lesson.yaml',
      '  start:\n',
      '  again: {kind: event, event: reset, minutes: 1}\n  start:\n',
    );
    const { course, store } = await setUp(t, change);
    const again = { lesson: 'box', step: 'again' };
    await course.passByEvent('a', undefined, 'reset');
    await course.passByEvent('a', start, 'reset');
    await course.passByEvent('a', again, 'extend');
    assert.deepEqual(await store.progress('a'), []);
    await course.passByEvent('a', again, 'reset');
    assert.ok((await store.stepProgress('a', again))?.passedAt);
    await course.passByEvent('a', { lesson: 'gone', step: 'gone' }, 'reset');
  });

  it('is told what explains a right answer, in his language, and nothing else', async (t) => {
    const explained = (path: string, words: string) =>
      edited(path, '<Choice id="two">', `<Explain>${words}</Explain>\n<Choice id="two">`);
    const { course } = await setUp(t, {
      ...explained('lessons/basics/box/en.mdx', 'By `docker ps`.'),
      ...explained('lessons/basics/box/zh.mdx', '看[这里](lesson:box#start)。'),
    });
    const end = { lesson: 'box', step: 'quiz' };
    await course.answer('a', end, { again: 'two' });
    assert.deepEqual((await course.explanations('a', 'box', 'en')).explanations, {});
    await course.answer('a', end, { again: 'one' });
    assert.deepEqual((await course.explanations('a', 'box', 'en')).explanations, {
      'quiz/quiz-again': '<p>By <code class="short">docker ps</code>.</p>',
    });
    assert.deepEqual((await course.explanations('a', 'box', 'zh')).explanations, {
      'quiz/quiz-again': '<p>看<a href="/zh/lessons/box/#start">这里</a>。</p>',
    });
  });

  it('answers the questions at the end in any order of choices', async (t) => {
    const quiz = '  again: {kind: choice, choices: [one, two], keys: [one]}';
    const { course } = await setUp(
      t,
      edited('lessons/basics/box/lesson.yaml', quiz, quiz.replace('keys: [one]', 'keys: [one, two]')),
    );
    const end = { lesson: 'box', step: 'quiz' };
    assert.deepEqual((await course.answer('a', end, { again: 'one' })).judged, { again: false });
    const right = await course.answer('a', end, { again: 'two one' });
    assert.deepEqual([right.judged, right.progress.passedAt !== undefined], [{ again: true }, true]);
    await assert.rejects(course.answer('a', end, { again: 'three' }), AnswerFormError);
    await assert.rejects(course.answer('a', end, { constructor: 'one' }), UnknownPlaceError);
  });
});
