import { readFile } from 'node:fs/promises';
import type { Nodes } from 'mdast';
import remarkMdx from 'remark-mdx';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { z } from 'zod';
import { displayPath, FileError, parseYaml } from './yaml-file.ts';

const frontMatter = z.strictObject({ title: z.string().min(1), goal: z.string().min(1) });

/** A component in a lesson's prose. `id` is the attribute that tells it from others of its name. */
export interface Tag {
  name: string;
  id: string;
  attributes: Readonly<Record<string, string>>;
  line: number;
  /** What it contains, in the order of the text. */
  content: Item[];
}
/** A stretch of prose: text, `code`, a fenced block, a link's address. */
export interface Words {
  kind: 'text' | 'code' | 'fence' | 'link';
  text: string;
  line: number;
  /** A fence's language. */
  lang?: string;
}
export type Item = Tag | Words;

/** en.mdx or zh.mdx. */
export interface Prose {
  file: string;
  title: string;
  goal: string;
  content: Item[];
}

/** The attribute that stands for the id, where it is not `id`. */
const idAttribute: Record<string, string> = { Why: 'reason', Hint: 'level', Val: 'name' };

const parser = unified().use(remarkParse).use(remarkMdx);

/** Reads a lesson's prose; throws a FileError when it is missing, not MDX, or without title and goal. */
export async function readProse(path: string): Promise<Prose> {
  const file = displayPath(path);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new FileError([{ file, line: 1, message: 'is missing' }]);
  });
  const [front, yaml = ''] = /^---\n(.*?)^---\n/ms.exec(text) ?? [''];
  if (!front) throw new FileError([{ file, line: 1, message: 'begins without front matter (title, goal)' }]);
  const { value } = parseYaml(file, yaml, frontMatter, 2);
  // Blank lines instead of the front matter keep the line numbers.
  const body = front.replace(/[^\n]+/g, '') + text.slice(front.length);
  try {
    return { file, ...value, content: itemsOf(parser.parse(body)) };
  } catch (error) {
    const { line, reason } = error as { line?: number; reason?: string };
    if (reason === undefined) throw error;
    throw new FileError([{ file, line: line ?? 1, message: reason }]);
  }
}

export function isTag(item: Item): item is Tag {
  return 'name' in item;
}

/** All tags below, at any depth, in the order of the text. */
export function tagsIn(content: readonly Item[], name?: string): Tag[] {
  return content.filter(isTag).flatMap((tag) => {
    const below = tagsIn(tag.content, name);
    return name === undefined || tag.name === name ? [tag, ...below] : below;
  });
}

/** All words below, at any depth, in the order of the text. */
export function wordsIn(content: readonly Item[]): Words[] {
  return content.flatMap((item) => (isTag(item) ? wordsIn(item.content) : [item]));
}

function itemsOf(node: Nodes): Item[] {
  const line = node.position?.start.line ?? 1;
  switch (node.type) {
    case 'mdxJsxFlowElement':
    case 'mdxJsxTextElement': {
      const name = node.name ?? '';
      const attributes = Object.fromEntries(
        node.attributes.map((attribute) =>
          attribute.type === 'mdxJsxAttribute'
            ? [attribute.name, typeof attribute.value === 'string' ? attribute.value : (attribute.value?.value ?? '')]
            : ['…', attribute.value],
        ),
      );
      const id = attributes[idAttribute[name] ?? 'id'] ?? '';
      return [{ name, id, attributes, line, content: node.children.flatMap(itemsOf) }];
    }
    case 'text':
      return [{ kind: 'text', text: node.value, line }];
    case 'inlineCode':
      return [{ kind: 'code', text: node.value, line }];
    case 'code':
      return [{ kind: 'fence', text: node.value, line, lang: node.lang ?? '' }];
    case 'mdxFlowExpression':
    case 'mdxTextExpression':
    case 'mdxjsEsm':
    case 'html':
      return [{ kind: 'fence', text: node.value, line, lang: node.type }];
    case 'link':
      return [{ kind: 'link', text: node.url, line }, ...node.children.flatMap(itemsOf)];
    default:
      return 'children' in node ? node.children.flatMap(itemsOf) : [];
  }
}
