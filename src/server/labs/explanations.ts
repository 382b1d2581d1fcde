import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toHtml } from 'hast-util-to-html';
import type { InlineCode, Nodes, PhrasingContent, RootContent } from 'mdast';
import type { MdxJsxFlowElement, MdxJsxTextElement } from 'mdast-util-mdx-jsx';
import { toHast } from 'mdast-util-to-hast';
import remarkCjkFriendly from 'remark-cjk-friendly';
import remarkMdx from 'remark-mdx';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { Locale } from '../../shared/ids.ts';
import { lessonLink, shortCode } from '../../shared/lesson.ts';
import type { Lesson } from './lesson-catalog.ts';

const parser = unified().use(remarkParse).use(remarkMdx).use(remarkCjkFriendly);

/**
 * The prose that gives answers away, which stands in no page, as HTML: `<step>/predict`, `<step>/answer-<id>`,
 * `quiz/quiz-<id>`, `<step>/solution`.
 */
export async function explanationsOf(lesson: Lesson, locale: Locale): Promise<Map<string, string>> {
  const text = await readFile(join(lesson.folder, `${locale}.mdx`), 'utf8');
  const found = new Map<string, string>();
  collect(parser.parse(text.replace(/^---\n.*?^---\n/ms, '')), 'quiz', '', locale, found);
  return found;
}

function collect(node: Nodes, step: string, owner: string, locale: Locale, found: Map<string, string>): void {
  for (const child of 'children' in node ? node.children : []) {
    const tag = isTag(child) ? child : undefined;
    const id = tag && attribute(tag, 'id');
    if (tag?.name === 'Explain') found.set(`${step}/${owner}`, htmlOf(tag, locale));
    else if (tag?.name === 'Solution') found.set(`${step}/solution`, htmlOf(tag, locale));
    else if (tag?.name === 'Step') collect(tag, id ?? '', '', locale, found);
    else if (tag?.name === 'Predict') collect(tag, step, 'predict', locale, found);
    else if (tag?.name === 'Answer' || tag?.name === 'Quiz') {
      collect(tag, step, `${tag.name.toLowerCase()}-${id}`, locale, found);
    } else collect(child, step, owner, locale, found);
  }
}

type Tag = MdxJsxFlowElement | MdxJsxTextElement;

function isTag(node: Nodes): node is Tag {
  return node.type === 'mdxJsxFlowElement' || node.type === 'mdxJsxTextElement';
}

function attribute(tag: Tag, name: string): string | undefined {
  const value = tag.attributes.find((each) => each.type === 'mdxJsxAttribute' && each.name === name)?.value;
  return typeof value === 'string' ? value : undefined;
}

function htmlOf(tag: Tag, locale: Locale): string {
  prepare(tag, locale);
  // What is written on the tag's own line is no paragraph yet.
  const isInline = tag.children.some(({ type }) => type === 'text');
  const children = isInline
    ? [{ type: 'paragraph', children: tag.children as PhrasingContent[] } as const]
    : tag.children;
  return toHtml(toHast({ type: 'root', children: children as RootContent[] }));
}

/** What the site's own Markdown does to the rest of the prose. */
function prepare(node: Nodes, locale: Locale): void {
  if (node.type === 'inlineCode' && node.value.length <= shortCode)
    (node as InlineCode).data = { hProperties: { class: 'short' } };
  if (node.type === 'link') node.url = lessonLink(node.url, locale);
  for (const child of 'children' in node ? node.children : []) prepare(child, locale);
}
