import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { LabCatalog } from './lab-catalog.ts';
import { LessonCatalog } from './lesson-catalog.ts';
import { lintLessons } from './lesson-lint.ts';
import { FileError, formatProblem } from './yaml-file.ts';

const lab = `title: {en: Box, zh: 盒子}
image: sandbox
contains: [alpine]
ready: {daemon: 20s}
limits: {memory: 1.5GiB, cpus: 1, pids: 512, disk: {tmpfs: 768MiB}}
reserve: 384MiB
life: {ttl: 60m, warn: [10m, 2m], extend: 15m, max: 2h, idle: 15m}
`;
const track = `number: 1
title: {en: Basics, zh: 基础}
summary: {en: First things., zh: 先讲这些。}
lessons:
  - box
`;
const lesson = `lab: box
minutes: 5
steps:
  look:
    kind: answer
    minutes: 2
    predict: {choices: [yes, no], truth: yes}
    answers: {name: {choices: [box, bag], key: box}}
    hints: 1
  start:
    kind: do
    minutes: 3
    blocks:
      go: {run: "docker run -d --name box alpine sleep 60"}
    reasons: [not-there]
    hints: 3
quiz:
  again: {kind: choice, choices: [one, two], keys: [one]}
`;
const prose = (title: string, text: string) => `---
title: ${title}
goal: ${text}
---

<Step id="look" title="${text}">
${text}
<Predict>
${text}

<Choice id="yes">${text}</Choice>
<Choice id="no">${text}</Choice>
</Predict>
<Answer id="name">
<Choice id="box">${text}</Choice>
<Choice id="bag">${text}</Choice>
</Answer>
<Hint level={1}>${text}</Hint>
</Step>

<Step id="start" title="${text}">
${text}\`docker ps\`

<Run id="go" />

<Why reason="not-there">${text}</Why>
<Hint level={1}>${text}</Hint>
<Hint level={2}>${text}</Hint>
<Hint level={3}>${text}</Hint>
<Solution>${text}</Solution>
</Step>

<Quiz id="again">
<Choice id="one">${text}</Choice>
<Choice id="two">${text}</Choice>
</Quiz>

<Sources>
- [docs](https://docs.docker.com/)
</Sources>
`;
const check = `#!/bin/sh
not_yet() { echo "$@"; exit 10; }
docker inspect box >/dev/null || not_yet not-there
`;

const terms = `host: {en: [host], zh: [宿主机], never: {zh: ['主机(?!名)(?<!宿主机)']}}
agent: {en: [agent], zh: [agent], never: {en: ['slaves?']}}
`;

/** A course without a fault; tests change one thing in it. */
export const soundCourse: Readonly<Record<string, string>> = {
  'labs/box/lab.yaml': lab,
  'lessons/terms.yaml': terms,
  'lessons/basics/track.yaml': track,
  'lessons/basics/box/lesson.yaml': lesson,
  'lessons/basics/box/en.mdx': prose('A box', 'Some words.'),
  'lessons/basics/box/zh.mdx': prose('一个盒子', '几个字。'),
  'lessons/basics/box/steps/start/setup.sh': '#!/bin/sh\n',
  'lessons/basics/box/steps/start/check.sh': check,
  'lessons/basics/box/steps/start/solve.sh': '#!/bin/sh\n',
  'lessons/basics/box/steps/start/cheat.sh': '#!/bin/sh\n',
};

/** Writes the sound course with changes (`null` leaves a file out) into a folder that lives as long as the test. */
export async function courseFolder(t: TestContext, changes: Record<string, string | null> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'course-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [path, text] of Object.entries({ ...soundCourse, ...changes })) {
    if (text === null) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    if (path.endsWith('.sh')) await chmod(join(folder, path), 0o755);
  }
  return folder;
}

/** One file of the sound course with a text replaced; fails when the text is not in it. */
export function edited(path: string, from: string, to: string): Record<string, string> {
  const text = soundCourse[path] ?? '';
  if (!text.includes(from)) throw new Error(`${path} does not contain ${from}`);
  return { [path]: text.replace(from, to) };
}

/** What loading and linting a course complains about, one line each, with paths below the course's folder. */
export async function complaints(folder: string): Promise<string[]> {
  const problems = await findProblems(folder).catch((error: unknown) => {
    if (error instanceof FileError) return error.problems;
    throw error;
  });
  return problems.map((problem) => formatProblem(problem).replace(`${folder}/`, ''));
}

async function findProblems(folder: string) {
  const labs = await LabCatalog.load(join(folder, 'labs'));
  return lintLessons(await LessonCatalog.load(join(folder, 'lessons'), labs), labs);
}
