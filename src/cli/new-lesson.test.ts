import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { folders, LabCatalog, LessonCatalog, lintLessons } from '../server/app.ts';
import { newLesson } from './new-lesson.ts';

test('a new lesson passes lint, in the place where it was planned or at the end', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'new-lesson-'));
  t.after(() => rm(folder, { recursive: true }));
  t.mock.method(console, 'log', () => undefined);
  await cp(folders.lessons, folder, { recursive: true });
  await newLesson('practice/my-own', folder);
  const labs = await LabCatalog.load(folders.labs);
  const problems = await lintLessons(await LessonCatalog.load(folder, labs), labs);
  assert.deepEqual(
    problems.filter(({ file }) => file.includes('my-own')),
    [],
  );
  assert.match(await readFile(join(folder, 'practice/track.yaml'), 'utf8'), /^ {2}- my-own$/m);
  await assert.rejects(newLesson('practice/my-own', folder), /is there already/);
  await assert.rejects(newLesson('nowhere/x', folder), /There is no/);
  await assert.rejects(newLesson('My Lesson', folder), /kebab-case/);
});
