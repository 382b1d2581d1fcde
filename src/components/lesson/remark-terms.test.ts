import assert from 'node:assert/strict';
import test from 'node:test';
import { remarkTerms } from './remark-terms.ts';

type Node = Parameters<ReturnType<ReturnType<typeof remarkTerms>>>[0];

const meaning = { en: 'x', zh: 'x' };
const terms = {
  namespace: { en: ['namespace'], zh: ['命名空间'], meaning },
  'user-namespace': { en: ['user namespace'], zh: ['用户命名空间'], meaning },
  lab: { en: ['lab'], zh: ['实验'] },
};
const text = (value: string): Node => ({ type: 'text', value });

function linkedIn(locale: string, ...children: Node[]): string {
  const tree: Node = { type: 'root', children };
  remarkTerms(terms)()(tree, { path: `/x/lessons/track/id/${locale}.mdx` });
  const show = (node: Node): string =>
    node.value ??
    `${node.url ? `[${node.url}](` : ''}${(node.children ?? []).map(show).join('')}${node.url ? ')' : ''}`;
  return show(tree);
}

test('the first use of a term leads to the glossary, the longer term before the shorter', () => {
  assert.equal(
    linkedIn('en', text('A lab with User namespaces, a namespace, and a namespace.')),
    'A lab with [/en/glossary/#user-namespace](User namespaces), a [/en/glossary/#namespace](namespace), and a namespace.',
  );
  assert.equal(linkedIn('zh', text('用户命名空间')), '[/zh/glossary/#user-namespace](用户命名空间)');
});

test('code, links, questions and what is shown later are left alone', () => {
  const inside = (type: string, name?: string): Node => ({ type, name: name ?? null, children: [text('namespace')] });
  const tags = ['Quiz', 'Hint', 'Why'].map((name) => inside('mdxJsxFlowElement', name));
  assert.equal(linkedIn('en', inside('link'), inside('heading'), ...tags), 'namespace'.repeat(5));
});

test('a link to a lesson leads to it in the page’s language', () => {
  const link = (url: string): Node => ({ type: 'link', url, children: [text('x')] });
  assert.equal(
    linkedIn('zh', link('lesson:box#start'), link('lesson:box')),
    '[/zh/lessons/box/#start](x)[/zh/lessons/box/](x)',
  );
});
