import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { folders } from '../server/app.ts';
import { slug } from '../shared/ids.ts';
import { PlainError, UsageError } from './messages.ts';

/** `lab new-lesson <track>/<name>`: the files of a lesson that lint accepts, and its line in track.yaml. */
export async function newLesson(path: string | undefined, lessons: string = folders.lessons): Promise<number> {
  const [track = '', id = '', ...rest] = (path ?? '').split('/');
  if (rest.length > 0 || !slug.safeParse(track).success || !slug.safeParse(id).success) {
    throw new UsageError('new-lesson needs <track>/<name>, both in kebab-case.');
  }
  const trackFile = join(lessons, track, 'track.yaml');
  const order = await readFile(trackFile, 'utf8').catch(() => {
    throw new PlainError(`There is no ${trackFile}.`);
  });
  const folder = join(lessons, track, id);
  if (await stat(folder).catch(() => undefined)) throw new PlainError(`${folder} is there already.`);
  for (const [name, text] of Object.entries(skeleton())) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
    if (name.endsWith('.sh')) await chmod(join(folder, name), 0o755);
  }
  await writeFile(trackFile, listed(order, id));
  console.log(`${folder}\nNext: npm run check, then npm run lab -- author ${id}`);
  return 0;
}

/** The lesson in the order of its track: where it was planned, else at the end. */
function listed(order: string, id: string): string {
  const planned = new RegExp(`^(\\s*- )planned: ${id}$`, 'm');
  return planned.test(order) ? order.replace(planned, `$1${id}`) : `${order.trimEnd()}\n  - ${id}\n`;
}

function skeleton(): Record<string, string> {
  return {
    'lesson.yaml': `# yaml-language-server: $schema=../../../docs/schema/lesson.json
lab: dind
minutes: 5
steps:
  first:
    kind: do
    minutes: 5
    predict: {choices: [yes, no], truth: yes}
    blocks:
      go: {run: "docker run -d --name box alpine sleep 600"}
    reasons: [host-down, no-box]
    hints: 3
quiz:
  again: {kind: choice, choices: [one, two], keys: [one]}
`,
    'en.mdx': prose({
      title: 'New lesson',
      goal: 'Say in one sentence what the learner can do afterwards.',
      step: 'First step',
      before: 'What the learner must know before the first command.',
      ask: 'What will happen?',
      choices: ['It works.', 'It fails.'],
      explain: 'Why it is so.',
      whys: [
        'The engine of your lab does not answer. It is restarted by itself.',
        'There is no container named `box`.',
      ],
      hints: ['A question.', 'A pointer.', '`docker run -d --name box alpine sleep 600`'],
      solution: 'What solve.sh does, in one sentence.',
    }),
    'zh.mdx': prose({
      title: '新的一课',
      goal: '用一句话说清学完能做什么。',
      step: '第一步',
      before: '第一条命令之前要知道的事。',
      ask: '会发生什么？',
      choices: ['能行。', '会失败。'],
      explain: '为什么是这样。',
      whys: ['实验的引擎没有应答，它会自动重启。', '没有叫`box`的容器。'],
      hints: ['一个问题。', '一个方向。', '`docker run -d --name box alpine sleep 600`'],
      solution: '一句话说清答案的脚本做了什么。',
    }),
    'steps/first/setup.sh': '#!/bin/sh\nset -eu\ndocker image inspect alpine >/dev/null\n',
    'steps/first/check.sh':
      '#!/bin/sh\nset -u\nrequire_host\n[ "$(state_of box)" = running ] || not_yet no-box\npassed\n',
    'steps/first/solve.sh':
      '#!/bin/sh\nset -eu\ndocker rm -f box 2>/dev/null\ndocker run -d --name box alpine sleep 600\n',
    'steps/first/cheat.sh': '#!/bin/sh\nset -eu\ndocker create --name box alpine sleep 600\n',
  };
}

interface Words {
  title: string;
  goal: string;
  step: string;
  before: string;
  ask: string;
  choices: [string, string];
  explain: string;
  whys: [string, string];
  hints: [string, string, string];
  solution: string;
}

function prose({ title, goal, step, before, ask, choices, explain, whys, hints, solution }: Words): string {
  return `---
title: ${title}
goal: ${goal}
---

<Step id="first" title="${step}">

${before}

<Predict>
${ask}

<Choice id="yes">${choices[0]}</Choice>
<Choice id="no">${choices[1]}</Choice>

<Explain>${explain}</Explain>
</Predict>

<Run id="go" />

<Why reason="host-down">${whys[0]}</Why>
<Why reason="no-box">${whys[1]}</Why>

<Hint level={1}>${hints[0]}</Hint>
<Hint level={2}>${hints[1]}</Hint>
<Hint level={3}>${hints[2]}</Hint>

<Solution>${solution}</Solution>

</Step>

<Quiz id="again">
${ask}

<Choice id="one">${choices[0]}</Choice>
<Choice id="two">${choices[1]}</Choice>

<Explain>${explain}</Explain>
</Quiz>

<Sources>
- [docker run](https://docs.docker.com/reference/cli/docker/container/run/)
</Sources>
`;
}
