import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { complaints, courseFolder, edited, soundCourse } from './course-fixture.ts';
import { LessonCatalog } from './lesson-catalog.ts';

const lessonYaml = 'lessons/basics/box/lesson.yaml';
const trackYaml = 'lessons/basics/track.yaml';
const small = `lab: box
minutes: 1
steps: {read: {kind: read, minutes: 1}}
quiz: {again: {kind: choice, choices: [one, two], keys: [one]}}
`;

test('lessons come in the order of their tracks, with scripts', async (t) => {
  const folder = await courseFolder(t);
  const catalog = await LessonCatalog.load(join(folder, 'lessons'));
  assert.deepEqual(
    catalog.tracks.map(({ id, lessons }) => [id, lessons.map((lesson) => lesson.id)]),
    [['basics', ['box']]],
  );
  const lesson = catalog.lesson('box');
  assert.ok(lesson);
  assert.deepEqual([lesson.track, lesson.folder], ['basics', join(folder, 'lessons/basics/box')]);
  assert.match(await catalog.script(lesson, 'start', 'check'), /not_yet/);
  await assert.rejects(catalog.script(lesson, 'look', 'check'), /box\/look has no scripts/);
  assert.equal(catalog.lesson('bag'), undefined);
});

test('the libraries of the course and of the lesson stand in front of every script but a solve', async (t) => {
  const folder = await courseFolder(t, {
    'lessons/lib/lab.sh': '# shellcheck shell=sh\nhost() { docker "$@"; }\n',
    'lessons/basics/box/steps/lib.sh': '# shellcheck shell=sh\nbox() { host inspect box; }\n',
  });
  const catalog = await LessonCatalog.load(join(folder, 'lessons'));
  const [lesson] = catalog.lessons;
  assert.ok(lesson);
  assert.match(await catalog.script(lesson, 'start', 'check'), /host\(\).*\n.*box\(\).*\n+#!\/bin\/sh/s);
  assert.equal(await catalog.script(lesson, 'start', 'solve'), '#!/bin/sh\n');
  assert.deepEqual(await complaints(folder), []);
});

test('a planned lesson is not there yet, and must not be once its folder is', async (t) => {
  const planned = await courseFolder(t, edited(trackYaml, '- box', '- box\n  - planned: bag'));
  const { tracks } = await LessonCatalog.load(join(planned, 'lessons'));
  assert.deepEqual(
    tracks[0]?.lessons.map(({ id }) => id),
    ['box'],
  );
  assert.deepEqual(await complaints(await courseFolder(t, edited(trackYaml, '- box', '- planned: box'))), [
    `${trackYaml}:5: lessons.0: "box" exists: not planned`,
  ]);
});

test('tracks come by their number, not by their name', async (t) => {
  const folder = await courseFolder(t, {
    'lessons/a-late-one/track.yaml': (soundCourse[trackYaml] ?? '').replace('1', '2').replace('box', 'bag'),
    'lessons/a-late-one/bag/lesson.yaml': small,
  });
  const { lessons } = await LessonCatalog.load(join(folder, 'lessons'));
  assert.deepEqual(
    lessons.map(({ id }) => id),
    ['box', 'bag'],
  );
});

test('a lesson id that another track has is a duplicate', async (t) => {
  const folder = await courseFolder(t, {
    'lessons/later/track.yaml': (soundCourse[trackYaml] ?? '').replace('1', '2'),
    'lessons/later/box/lesson.yaml': small,
  });
  const [first = ''] = await complaints(folder);
  assert.match(
    first,
    /^lessons\/later\/box\/lesson\.yaml:1: duplicate lesson id "box", also in .*basics\/box\/lesson\.yaml$/,
  );
});

test('a step id that is there twice is reported at the second one', async (t) => {
  const folder = await courseFolder(t, edited(lessonYaml, '  start:', '  look:'));
  assert.deepEqual(await complaints(folder), [`${lessonYaml}:10: steps.look: duplicate key`]);
});

test('track.yaml and the folders agree', async (t) => {
  const folder = await courseFolder(t, edited(trackYaml, '- box', '- bag\n  - bag'));
  assert.deepEqual(await complaints(folder), [
    `${trackYaml}:5: lessons.0: there is no folder "bag"`,
    `${trackYaml}:6: lessons.1: lesson "bag" is listed twice`,
    `${trackYaml}:4: lessons: folder "box" is not listed`,
  ]);
});

test('a lab that does not exist names the field', async (t) => {
  const folder = await courseFolder(t, edited(lessonYaml, 'lab: box', 'lab: bag'));
  assert.deepEqual(await complaints(folder), [`${lessonYaml}:1: lab: there is no lab "bag"`]);
});

test('a script that is not executable is named with its step', async (t) => {
  const folder = await courseFolder(t);
  await chmod(join(folder, 'lessons/basics/box/steps/start/solve.sh'), 0o644);
  assert.deepEqual(await complaints(folder), [
    'lessons/basics/box/steps/start/solve.sh:1: steps.start: solve.sh is not executable',
  ]);
});

test('missing scripts, and scripts and folders of no step, are named', async (t) => {
  const folder = await courseFolder(t, {
    'lessons/basics/box/steps/start/cheat.sh': null,
    'lessons/basics/box/steps/look/setup.sh': '#!/bin/sh\n',
    'lessons/basics/box/steps/look/check.sh': '#!/bin/sh\n',
    'lessons/basics/box/steps/elsewhere/setup.sh': '#!/bin/sh\n',
  });
  assert.deepEqual(await complaints(folder), [
    'lessons/basics/box/steps/look/check.sh:1: steps.look: only a do step has a check.sh',
    `${lessonYaml}:10: steps.start: cheat.sh is missing`,
    'lessons/basics/box/steps/elsewhere:1: lesson.yaml has no step "elsewhere"',
  ]);
});

test('a step that is only answered may have a setup', async (t) => {
  const folder = await courseFolder(t, { 'lessons/basics/box/steps/look/setup.sh': '#!/bin/sh\necho ready\n' });
  const catalog = await LessonCatalog.load(join(folder, 'lessons'));
  const lesson = catalog.lesson('box');
  assert.ok(lesson);
  assert.deepEqual([...lesson.setups].sort(), ['look', 'start']);
  assert.match(await catalog.script(lesson, 'look', 'setup'), /echo ready/);
  await assert.rejects(catalog.script(lesson, 'look', 'check'));
});

test('the problems of all files are told at once', async (t) => {
  const folder = await courseFolder(t, {
    ...edited(lessonYaml, 'kind: answer', 'kind: question'),
    ...edited(trackYaml, 'zh: 基础', 'fr: Bases'),
  });
  const found = await complaints(folder);
  assert.ok(found.some((line) => line.startsWith(`${trackYaml}:2: title.zh: `)));
});
