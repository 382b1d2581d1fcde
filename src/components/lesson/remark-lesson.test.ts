import assert from 'node:assert/strict';
import test from 'node:test';
import { remarkLesson } from './remark-lesson.ts';

type Node = Parameters<ReturnType<typeof remarkLesson>>[0];

const tag = (name: string, attributes: Record<string, string> = {}, children: Node[] = []): Node => ({
  type: 'mdxJsxFlowElement',
  name,
  attributes: Object.entries(attributes).map(([key, value]) => ({ type: 'mdxJsxAttribute', name: key, value })),
  children,
});
const text = (value: string): Node => ({ type: 'text', value });
const attribute = (node: Node | undefined, name: string) => node?.attributes?.find((a) => a.name === name)?.value;

function prepared(...children: Node[]): Node[] {
  const tree: Node = { type: 'root', children };
  remarkLesson()(tree, { path: '/somewhere/lessons/track/three-pids/zh.mdx' });
  return tree.children ?? [];
}

test('a component knows lesson, language and step', () => {
  const [step] = prepared(tag('Step', { id: 'first' }, [tag('Run', { id: 'list' })]));
  const run = step?.children?.[0];
  assert.equal(attribute(run, 'lesson'), 'three-pids');
  assert.equal(attribute(run, 'locale'), 'zh');
  assert.equal(attribute(run, 'step'), 'first');
  assert.equal(attribute(run, 'id'), 'list');
});

test('what stands after a step is in no step', () => {
  const [, quiz] = prepared(tag('Step', { id: 'first' }), tag('Quiz', { id: 'last' }));
  assert.equal(attribute(quiz, 'step'), undefined);
});

test('the question of a box is apart from its choices, which it names', () => {
  const [step] = prepared(
    tag('Step', { id: 'first' }, [
      tag('Predict', {}, [text('How many?'), tag('Choice', { id: 'one' }, [text('one')]), tag('Explain')]),
    ]),
  );
  const [question, choices, explain] = step?.children?.[0]?.children ?? [];
  assert.equal(attribute(question, 'id'), 'first-predict');
  assert.equal(attribute(choices, 'aria-labelledby'), 'first-predict');
  assert.equal(attribute(choices?.children?.[0], 'owner'), 'predict');
  assert.equal(explain?.name, 'Explain');
});

test('long choices stand below each other, and a Chinese character is as wide as two letters', () => {
  const look = (words: string) => {
    const [quiz] = prepared(tag('Quiz', { id: 'last' }, [tag('Choice', { id: 'a' }, [text(words)])]));
    return attribute(quiz?.children?.[1], 'class');
  };
  assert.equal(look('only the inner one'), 'choices');
  assert.equal(look('only the one that stands inside'), 'choices long');
  assert.equal(look('只有里面的那一个会列出来它'), 'choices long');
});

test('reasons, hints and the solution come after the line that says how the step stands', () => {
  const [step] = prepared(tag('Step', { id: 'first' }, [tag('Hint', { level: '1' }), text('prose'), tag('Why')]));
  const [prose, help] = step?.children ?? [];
  assert.equal(prose?.value, 'prose');
  assert.equal(attribute(help, 'slot'), 'help');
  assert.deepEqual(
    help?.children?.map((child) => child.name),
    ['Hint', 'Why'],
  );
});

test('other files are left alone', () => {
  const tree: Node = { type: 'root', children: [tag('Run', { id: 'x' })] };
  remarkLesson()(tree, { path: '/docs/guide.mdx' });
  assert.equal(attribute(tree.children?.[0], 'lesson'), undefined);
});
