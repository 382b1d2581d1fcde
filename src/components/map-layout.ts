import type { MapBox } from '../shared/lesson.ts';

/** Containers of one engine by name. */
export type MapTree = Readonly<Record<string, MapBox>>;

/** Sizes in the picture's own units, which are CSS pixels at full width. */
export const sizes = { letter: 7.3, line: 18, base: 18, pad: 11, gap: 12, radius: 10, widest: 640 };

export interface DrawnBox {
  name: string;
  level: number;
  box: MapBox;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Lines of text under each other; the first is the name. */
  lines: string[];
}
export interface DrawnLine {
  way: 'socket' | 'tcp' | 'tls';
  from: [number, number];
  to: [number, number];
}
export interface DrawnMap {
  width: number;
  height: number;
  boxes: DrawnBox[];
  lines: DrawnLine[];
}

/** Words beside a name, in the page's language. */
export type Words = (box: MapBox) => string[];

/** Places of all boxes: siblings beside each other as long as the line is wide enough, children inside. */
export function layOut(tree: MapTree, host: string, words: Words): DrawnMap {
  const root = place(host, { privileged: false, socket: false, gone: false, runs: tree }, 1, words);
  const boxes = flatten(root, 1, 1);
  const lines = boxes.flatMap((each) => lineOf(each, boxes));
  return { width: root.width + 2, height: root.height + 2, boxes, lines };
}

interface Placed {
  name: string;
  level: number;
  box: MapBox;
  lines: string[];
  width: number;
  height: number;
  inner: { at: [number, number]; placed: Placed }[];
}

function place(name: string, box: MapBox, level: number, words: Words): Placed {
  const lines = [`L${level} · ${name}`, ...words(box)];
  const own = Math.max(...lines.map(textWidth)) + 2 * sizes.pad;
  const top = lines.length * sizes.line + sizes.pad;
  const children = Object.entries(box.runs ?? {}).map(([inner, each]) => place(inner, each, level + 1, words));
  const inner: Placed['inner'] = [];
  let [x, y, high, wide] = [sizes.pad, top, 0, own];
  for (const placed of children) {
    if (x > sizes.pad && x + placed.width + sizes.pad > sizes.widest)
      [x, y, high] = [sizes.pad, y + high + sizes.gap, 0];
    inner.push({ at: [x, y], placed });
    x += placed.width + sizes.gap;
    high = Math.max(high, placed.height);
    wide = Math.max(wide, x - sizes.gap + sizes.pad);
  }
  const height = children.length > 0 ? y + high + sizes.pad : top + sizes.pad / 2 - 2;
  return { name, level, box, lines, width: wide, height, inner };
}

function flatten({ inner, ...own }: Placed, x: number, y: number): DrawnBox[] {
  return [{ ...own, x, y }, ...inner.flatMap(({ at, placed }) => flatten(placed, x + at[0], y + at[1]))];
}

/** From a box to the daemon it talks to: its owner's name, or another box. */
function lineOf({ box, x, y, width, level }: DrawnBox, all: readonly DrawnBox[]): DrawnLine[] {
  if (box.socket) {
    const owner = all.findLast((each) => each.level === level - 1 && each.x < x && each.y < y);
    // On the right, where the owner's words above have ended.
    const at = x + width - 26;
    return owner ? [{ way: 'socket', from: [at, y], to: [at, owner.y + owner.lines.length * sizes.line + 3] }] : [];
  }
  const target = all.find(({ name }) => name === (box.tls ?? box.tcp));
  if (!target) return [];
  const isLeft = target.x < x;
  const from: [number, number] = [isLeft ? x : x + 26, y + 20];
  return [{ way: box.tls ? 'tls' : 'tcp', from, to: [isLeft ? target.x + target.width : target.x, target.y + 20] }];
}

/** Han characters are twice as wide as the others. */
function textWidth(text: string): number {
  return (
    [...text].reduce((sum, letter) => sum + (/\p{Script=Han}|[，。、：]/u.test(letter) ? 1.75 : 1), 0) * sizes.letter
  );
}
