import assert from 'node:assert/strict';
import test from 'node:test';
import { changedStep, Saves } from './author.ts';

const yaml = `lab: dind
steps:
  first:
    kind: do
  second:
    kind: do
`;
const mdx = `<Step id="first" title="One">
Text.
</Step>
<Step id="second" title="Two">
Text.
</Step>
`;

test('a save belongs to the step of its folder, or of the first line that changed', () => {
  assert.equal(changedStep('steps/second/check.sh', '', 'exit 0'), 'second');
  assert.equal(
    changedStep('lesson.yaml', yaml, yaml.replace('second:\n    kind: do', 'second:\n    kind: read')),
    'second',
  );
  assert.equal(changedStep('lesson.yaml', yaml, yaml.replace('kind: do', 'kind: read')), 'first');
  assert.equal(changedStep('en.mdx', mdx, mdx.replace('Text.', 'More text.')), 'first');
  assert.equal(changedStep('en.mdx', mdx, mdx.replace('Text.\n</Step>\n<', 'Text.\n</Step>\nBetween.\n<')), 'first');
  assert.equal(changedStep('lesson.yaml', yaml, `minutes: 3\n${yaml}`), undefined);
});

test('steps run one at a time; what is saved meanwhile runs once, and what they share runs with the last', async () => {
  const ran: (string | undefined)[] = [];
  const printed: string[] = [];
  let atOnce = 0;
  const saves = new Saves(
    new Map([['lesson.yaml', yaml]]),
    async (step) => {
      assert.equal(++atOnce, 1);
      ran.push(step);
      if (ran.length === 1) {
        saves.saved('steps/second/check.sh', 'exit 10');
        saves.saved('steps/second/check.sh', 'exit 0');
      }
      await new Promise(setImmediate);
      atOnce--;
      if (step === 'second' && ran.length === 2) throw new Error('no engine');
      return `ran ${step}`;
    },
    (line) => printed.push(line),
  );
  saves.saved('lesson.yaml', yaml);
  saves.saved('steps/first/check.sh', 'exit 0');
  saves.saved('steps/first/.check.sh.swp', '…');
  await saves.settled();
  saves.saved('lib/common.sh', 'true');
  await saves.settled();
  assert.deepEqual(ran, ['first', 'second', 'second']);
  assert.deepEqual([printed[0], printed[2]], ['ran first', 'ran second']);
  assert.match(printed[1] ?? '', /no engine/);
});
