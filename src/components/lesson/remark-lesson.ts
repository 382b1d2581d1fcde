import { shortCode } from '../../shared/lesson.ts';

/**
 * Prepares the components of a lesson's prose. Authors write `<Run id="nspid"/>`; a component must also know in which
 * lesson, step and language it stands, and boxes with choices need their question apart from the choices,
 * and a choice that is matched the words of all targets.
 */

interface Node {
  type: string;
  name?: string | null;
  value?: string;
  attributes?: Attribute[];
  children?: Node[];
  data?: { hProperties: Record<string, string> };
}
interface Attribute {
  type: 'mdxJsxAttribute';
  name: string;
  value: string;
}
interface Place {
  lesson: string;
  locale: string;
  step?: string;
  /** The box whose choices are being read: `predict`, `answer-<id>` or `quiz-<id>`. */
  owner?: string;
}

const components = new Set([
  'Step',
  'Predict',
  'Choice',
  'Run',
  'Answer',
  'Why',
  'Hint',
  'Solution',
  'Quiz',
  'Recording',
  'Danger',
  'Map',
  'Sources',
  'Explain',
  'Reply',
]);
/** Choices wider than this, in Latin letters, stand one under the other, not side by side. */
const shortChoice = 24;
/** Shown under the line that tells how the step stands, wherever the author wrote them. */
const helpNames = new Set(['Why', 'Hint', 'Solution']);

export function remarkLesson() {
  return (tree: Node, file: { path?: string }) => {
    const found = /([^/]+)\/(en|zh)\.mdx$/.exec(file.path ?? '');
    if (found?.[1] && found[2]) visit(tree, { lesson: found[1], locale: found[2] });
  };
}

function visit(node: Node, place: Place): void {
  for (const child of node.children ?? []) {
    if (child.type === 'inlineCode' && (child.value ?? '').length <= shortCode) {
      child.data = { hProperties: { class: 'short' } };
    }
    const inside = isComponent(child) ? enter(child, place) : place;
    visit(child, inside);
    if (child.name === 'Step') gatherHelp(child);
    if (child.name === 'Predict' || child.name === 'Answer' || child.name === 'Quiz') splitQuestion(child, inside);
  }
}

function isComponent(node: Node): boolean {
  return node.type.startsWith('mdxJsx') && components.has(node.name ?? '');
}

function enter(node: Node, place: Place): Place {
  const id = attribute(node, 'id');
  const inside = { ...place };
  if (node.name === 'Step' && id) inside.step = id;
  if (node.name === 'Predict') inside.owner = 'predict';
  if (node.name === 'Answer') inside.owner = `answer-${id}`;
  if (node.name === 'Quiz') inside.owner = `quiz-${id}`;
  for (const [name, value] of Object.entries(inside)) node.attributes?.push(attributeNode(name, value));
  // Replies to one question stand in one group; those inside of a reply answer the next one.
  return node.name === 'Reply' && id ? { ...inside, owner: `reply-${id}` } : inside;
}

function gatherHelp(step: Node): void {
  const children = step.children ?? [];
  const help = children.filter((child) => helpNames.has(child.name ?? ''));
  step.children = children.filter((child) => !help.includes(child));
  if (help.length > 0) step.children.push(element('div', { class: 'help', slot: 'help' }, help));
}

function splitQuestion(box: Node, place: Place): void {
  const children = box.children ?? [];
  const choices = children.filter((child) => child.name === 'Choice');
  const explain = children.filter((child) => child.name === 'Explain');
  const targets = children.filter((child) => child.name === 'Target');
  const question = children.filter((child) => ![...choices, ...explain, ...targets].includes(child));
  const options = JSON.stringify(targets.map((target) => [attribute(target, 'id'), textOf(target).trim()]));
  for (const choice of choices) if (targets.length > 0) choice.attributes?.push(attributeNode('targets', options));
  const id = `${place.step ?? 'end'}-${place.owner}`;
  box.children = [element('div', { class: 'question', id }, question)];
  const look = choices.some((choice) => widthOf(textOf(choice)) > shortChoice) ? 'choices long' : 'choices';
  if (choices.length > 0)
    box.children.push(element('div', { class: look, role: 'group', 'aria-labelledby': id }, choices));
  box.children.push(...explain);
}

/** A Chinese character is as wide as two letters. */
function widthOf(text: string): number {
  return text.trim().replace(/\p{Script=Han}|[，。：；？“”]/gu, '__').length;
}

function textOf(node: Node): string {
  return (node.value ?? '') + (node.children ?? []).map(textOf).join('');
}

function element(name: string, attributes: Record<string, string>, children: Node[]): Node {
  return {
    type: 'mdxJsxFlowElement',
    name,
    attributes: Object.entries(attributes).map(([key, value]) => attributeNode(key, value)),
    children,
  };
}

function attribute(node: Node, name: string): string | undefined {
  return node.attributes?.find((a) => a.name === name)?.value;
}

function attributeNode(name: string, value: string): Attribute {
  return { type: 'mdxJsxAttribute', name, value };
}
