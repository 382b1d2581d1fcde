import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { complaints, courseFolder, edited, soundCourse } from './course-fixture.ts';

const en = 'lessons/basics/box/en.mdx';
const zh = 'lessons/basics/box/zh.mdx';
const lessonYaml = 'lessons/basics/box/lesson.yaml';
const checkScript = 'lessons/basics/box/steps/start/check.sh';

/** What lint says when one text of one file is replaced. */
function faults(name: string, path: string, from: string, to: string, expected: string[]) {
  test(name, async (t) => {
    assert.deepEqual(await complaints(await courseFolder(t, edited(path, from, to))), expected);
  });
}

test('a sound course has no problems', async (t) => {
  assert.deepEqual(await complaints(await courseFolder(t)), []);
});

test('a step that is missing in Chinese names file, line and field', async (t) => {
  const text = (soundCourse[zh] ?? '').replace(/<Step id="start".*?<\/Step>/s, '');
  assert.deepEqual(await complaints(await courseFolder(t, { [zh]: text })), [`${zh}:1: steps.start: missing`]);
});

test('a missing Chinese file is named', async (t) => {
  assert.deepEqual(await complaints(await courseFolder(t, { [zh]: null })), [`${zh}:1: is missing`]);
});

faults('a Chinese step that lesson.yaml no longer has is stale', lessonYaml, '  look:', '  see:', [
  `${en}:1: steps.see: missing`,
  `${en}:6: steps.look: not in lesson.yaml, or twice`,
  `${zh}:1: steps.see: missing`,
  `${zh}:6: steps.look: not in lesson.yaml, or twice`,
]);

test('steps in another order than in lesson.yaml are named', async (t) => {
  const [, first = '', second = ''] =
    /(<Step id="look".*?<\/Step>)\n\n(<Step id="start".*?<\/Step>)/s.exec(soundCourse[en] ?? '') ?? [];
  const text = (soundCourse[en] ?? '').replace(first, '@').replace(second, first).replace('@', second);
  assert.deepEqual(await complaints(await courseFolder(t, { [en]: text })), [
    `${en}:6: steps: not in the order of lesson.yaml`,
  ]);
});

faults('a block that is not shown is missing', zh, '<Run id="go" />', '', [`${zh}:21: steps.start.blocks.go: missing`]);
faults('a reason without words is missing', zh, 'reason="not-there"', 'reason="gone"', [
  `${zh}:21: steps.start.reasons.not-there: missing`,
  `${zh}:26: steps.start.reasons.gone: not in lesson.yaml, or twice`,
]);
faults('a hint too few is missing', en, '<Hint level={3}>Some words.</Hint>', '', [
  `${en}:21: steps.start.hints.3: missing`,
]);
faults('choices of predictions, answers and quizzes are the ones of lesson.yaml', zh, 'id="two"', 'id="three"', [
  `${zh}:33: quiz.again.choices.two: missing`,
  `${zh}:35: quiz.again.choices.three: not in lesson.yaml, or twice`,
]);
const sources = '<Sources>\n- [docs](https://docs.docker.com/)\n</Sources>\n';
faults('a lesson names its sources', zh, sources, '', [`${zh}:1: sources: missing`]);
const quiz = 'quiz:\n  again: {kind: choice, choices: [one, two], keys: [one]}\n';
faults('a lesson ends with a question', lessonYaml, quiz, '', [`${lessonYaml}:1: quiz: a lesson ends with a question`]);
faults('a field that is missing is named', lessonYaml, 'minutes: 5\n', '', [`${lessonYaml}:1: minutes: missing`]);
faults('a component in the wrong place is named', en, '<Run id="go" />', '<Quiz id="go" />', [
  `${en}:24: <Quiz> does not belong in <Step>`,
  `${en}:21: steps.start.blocks.go: missing`,
]);
faults('a component that does not exist is named', en, '<Run id="go" />', '<Run id="go" />\n\n<Video />', [
  `${en}:26: <Video> is not a component of lessons`,
]);
faults('a fence that could be a block is refused', en, '<Run id="go" />', '<Run id="go" />\n\n```sh\ndocker ps\n```', [
  `${en}:26: commands and output are blocks of lesson.yaml, shown with <Run>`,
]);
faults('an expression is refused', en, '<Run id="go" />', '<Run id="go" />\n\n{process.env.HOME}', [
  `${en}:26: prose has no expressions, imports or HTML`,
]);
faults('a file that is not MDX is named with the line', en, '<Run id="go" />', '<Run id="go">', [
  `${en}:31: Unexpected closing tag \`</Step>\`, expected corresponding closing tag for \`<Run>\` (24:1-24:14)`,
]);
faults('front matter has title and goal', zh, 'goal: 几个字。\n', '', [`${zh}:2: goal: missing`]);
faults(
  'too many words before the first command are counted',
  en,
  'Some words.`docker ps`',
  `${'word '.repeat(121)}\`docker ps\``,
  [`${en}:21: steps.start: 123 words before the first command, more than 120`],
);

faults('code that only one language has is stale', zh, '`docker ps`', '`docker top`', [
  `${zh}:21: steps.start: \`docker ps\` is only in English`,
  `${zh}:21: steps.start: \`docker top\` is only in Chinese`,
]);
faults('numbers are equal, written as digits or words', zh, '几个字。`docker ps`', '等20秒，共三层。`docker ps`', [
  `${zh}:21: steps.start: 20 is only in Chinese`,
  `${zh}:21: steps.start: 3 is only in Chinese`,
]);

faults('Chinese uses the terms of the table', zh, '几个字。`docker ps`', '请您看主机名、主机和宿主机。`docker ps`', [
  `${zh}:22: "您": 你`,
  `${zh}:22: "主机": 宿主机`,
]);
faults(
  'a link leads to a source or to a step that is there',
  zh,
  '几个字。`docker ps`',
  '[一](lesson:box#start)[二](lesson:box#end)[三](/zh/)`docker ps`',
  [
    `${zh}:22: "lesson:box#end": is not there`,
    `${zh}:22: "/zh/": link to https:// or to lesson:<id>#<step>`,
    `${zh}:21: steps.start: lesson:box#start is only in Chinese`,
    `${zh}:21: steps.start: lesson:box#end is only in Chinese`,
    `${zh}:21: steps.start: /zh/ is only in Chinese`,
  ],
);
test('a reply of a guide cites a step, in both languages alike', async (t) => {
  const reply = (id: string, link: string) => `<Reply id="${id}" says="Some">[x](${link})</Reply>\n<Run id="go" />`;
  const folder = await courseFolder(t, {
    ...edited(en, '<Run id="go" />', reply('yes', 'lesson:box#start')),
    ...edited(zh, '<Run id="go" />', reply('no', 'https://example.org/')),
  });
  assert.deepEqual(await complaints(folder), [
    `${zh}:24: reply "no" cites no step: lesson:<id>#<step>`,
    `${zh}:21: steps.start: lesson:box#start is only in English`,
    `${zh}:21: steps.start: <Reply id="yes"> is only in English`,
    `${zh}:21: steps.start: https://example.org/ is only in Chinese`,
    `${zh}:21: steps.start: <Reply id="no"> is only in Chinese`,
  ]);
});
test('a recording is there and says when and on what it was made', async (t) => {
  const shown = '<Recording id="sysbox">Words.</Recording>\n<Run id="go" />';
  const tags = { ...edited(en, '<Run id="go" />', shown), ...edited(zh, '<Run id="go" />', shown) };
  const cast = 'lessons/basics/box/recordings/sysbox.cast';
  const sound = '{"version": 2, "width": 80, "height": 24, "timestamp": 1780000000, "title": "Sysbox 0.6"}\n';
  const wrong =
    "recordings/sysbox.cast: its first line needs version 2, a timestamp, and a title: the program's version";
  assert.deepEqual(await complaints(await courseFolder(t, { ...tags, [cast]: sound })), []);
  assert.deepEqual(await complaints(await courseFolder(t, { ...tags, [cast]: '{"version": 2}\n' })), [
    `${en}:24: ${wrong}`,
    `${zh}:24: ${wrong}`,
  ]);
  assert.deepEqual(await complaints(await courseFolder(t, tags)), [
    `${en}:24: recordings/sysbox.cast is missing`,
    `${zh}:24: recordings/sysbox.cast is missing`,
  ]);
});
faults('a lesson takes as long as its steps', lessonYaml, 'minutes: 5', 'minutes: 6', [
  `${lessonYaml}:2: minutes: 6, but its steps take 5`,
]);
faults('English uses them too', en, 'Some words.`docker ps`', 'Some Slave words.`docker ps`', [
  `${en}:22: "Slave": agent`,
]);
faults('Chinese has no English left over', zh, '几个字。`docker ps`', '几个字，run it。`docker ps`', [
  `${zh}:22: "run it": English: translate it, or put it in code`,
]);
faults('Chinese has full-width punctuation', zh, '几个字。`docker ps`', '看,这里。`docker ps`', [
  `${zh}:22: "看,": full-width punctuation`,
]);
faults('Chinese has no typed space beside English', zh, '几个字。`docker ps`', '用 Docker 的人看 `docker ps`', [
  `${zh}:22: "用 D": no typed space (the style sheet spaces)`,
  `${zh}:22: "用 Docker 的人看": no typed space beside code`,
]);

faults('a block names only images that the lab has', lessonYaml, 'box alpine sleep', 'box ubuntu sleep', [
  `${lessonYaml}:14: steps.start.blocks.go: lab "box" has no image ubuntu, but alpine`,
]);
faults('a variable that nobody fills in is named', lessonYaml, 'sleep 60', 'sleep $' + '{lab.age}', [
  `${lessonYaml}:14: steps.start.blocks.go: there is no variable lab.age here: use lab.id, attempt.nonce`,
]);
const attempt = '    blocks: {go: {copy: "echo $' + '{attempt.nonce}"}}\n';
faults('a step without attempts has no word of one', lessonYaml, '    hints: 1\n', `    hints: 1\n${attempt}`, [
  `${lessonYaml}:10: steps.look.blocks.go: there is no variable attempt.nonce here: use lab.id`,
  `${en}:6: steps.look.blocks.go: missing`,
  `${zh}:6: steps.look.blocks.go: missing`,
]);
test('reasons that a library gives are the check’s own', async (t) => {
  const library = {
    'lessons/lib/lab.sh':
      '# shellcheck shell=sh\nnot_yet() { echo "$@"; exit 10; }\nneed() {\n  [ -e "$1" ] || not_yet gone\n}\n',
    [checkScript]: '#!/bin/sh\nneed box\nnot_yet not-there\n',
  };
  assert.deepEqual(await complaints(await courseFolder(t, library)), [
    `${checkScript}:2: steps.start.reasons: "gone" is not declared in lesson.yaml`,
  ]);
});
faults('a script that the shell cannot read is named', checkScript, '|| not_yet not-there', '|| { not_yet not-there', [
  `${checkScript}:4: Syntax error: end of file unexpected (expecting "}")`,
]);
faults(
  'a check gives only reasons that lesson.yaml declares, and all of them',
  checkScript,
  '|| not_yet not-there',
  '|| not_yet gone',
  [
    `${checkScript}:3: steps.start.reasons: "gone" is not declared in lesson.yaml`,
    `${checkScript}:1: steps.start.reasons: "not-there" is never given (not_yet not-there …)`,
  ],
);
faults('a script without a shebang is named', checkScript, '#!/bin/sh', '# check', [
  `${checkScript}:1: does not begin with #!/bin/sh`,
]);

test('claims and lessons name each other', async (t) => {
  const claims = `b.one: {says: {en: One., zh: 一。}, lesson: box}
b.two: {says: {en: Two., zh: 二。}, lesson: box}
b.aufs: {says: {en: Three., zh: 三。}, cited: https://example.org/}
b.four: {says: {en: Four., zh: 四。}, lesson: bag}
b.five: {says: {en: Five., zh: 五。}, lesson: sack}
`;
  const folder = await courseFolder(t, {
    ...edited('lessons/basics/track.yaml', '- box', '- box\n  - planned: sack'),
    ...edited(lessonYaml, 'minutes: 2\n', 'minutes: 2\n    claims: [b.one, b.none, b.aufs]\n'),
    'lessons/claims.yaml': claims,
  });
  assert.deepEqual(
    (await complaints(folder)).map((line) => line.replaceAll(`${folder}/`, '')),
    [
      `${lessonYaml}:7: steps.look.claims: there is no claim "b.none" in lessons/claims.yaml`,
      'lessons/claims.yaml:3: b.aufs: shown by box, so it is neither cited nor later',
      'lessons/claims.yaml:2: b.two.lesson: lesson "box" does not show it',
      'lessons/claims.yaml:4: b.four.lesson: there is no lesson "bag"',
    ],
  );
});

const hasShellcheck = (() => {
  try {
    return execFileSync('shellcheck', ['--version']).length > 0;
  } catch {
    return false;
  }
})();

test('shellcheck’s remarks are problems', { skip: !hasShellcheck && 'shellcheck is not installed' }, async (t) => {
  const folder = await courseFolder(t, edited(checkScript, 'docker inspect box', 'docker inspect $box'));
  const found = await complaints(folder);
  assert.ok(found.every((line) => line.startsWith(`${checkScript}:3: SC`)) && found.length > 0, found.join('\n'));
});
