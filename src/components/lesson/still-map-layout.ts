import type { StillBox, StillTree } from '../../shared/still-map.ts';

/** Sizes in the picture's own units, which are CSS pixels at full width. */
const size = { letter: 7.3, line: 19, pad: 11, gap: 12, radius: 10, widest: 640 };

export interface DrawnBox {
  name: string;
  level: number;
  box: StillBox;
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
export type Words = (box: StillBox) => string[];

/** Places of all boxes: siblings beside each other as long as the line is wide enough, children inside. */
export function layOut(tree: StillTree, host: string, words: Words): DrawnMap {
  const root = place(host, { inside: tree }, 1, words);
  const boxes = flatten(root, 1, 1);
  const lines = boxes.flatMap((each) => lineOf(each, boxes));
  return { width: root.width + 2, height: root.height + 2, boxes, lines };
}

interface Placed {
  name: string;
  level: number;
  box: StillBox;
  lines: string[];
  width: number;
  height: number;
  inner: { at: [number, number]; placed: Placed }[];
}

function place(name: string, box: StillBox, level: number, words: Words): Placed {
  const lines = [`L${level} · ${name}`, ...words(box)];
  const own = Math.max(...lines.map(textWidth)) + 2 * size.pad;
  const top = lines.length * size.line + size.pad;
  const children = Object.entries(box.inside ?? {}).map(([inner, each]) => place(inner, each, level + 1, words));
  const inner: Placed['inner'] = [];
  let [x, y, high, wide] = [size.pad, top, 0, own];
  for (const placed of children) {
    if (x > size.pad && x + placed.width + size.pad > size.widest) [x, y, high] = [size.pad, y + high + size.gap, 0];
    inner.push({ at: [x, y], placed });
    x += placed.width + size.gap;
    high = Math.max(high, placed.height);
    wide = Math.max(wide, x - size.gap + size.pad);
  }
  const height = children.length > 0 ? y + high + size.pad : top + size.pad / 2 - 2;
  return { name, level, box, lines, width: wide, height, inner };
}

function flatten({ inner, ...own }: Placed, x: number, y: number): DrawnBox[] {
  return [{ ...own, x, y }, ...inner.flatMap(({ at, placed }) => flatten(placed, x + at[0], y + at[1]))];
}

/** From a box to the daemon it talks to: its owner's line of text, or the name of another box. */
function lineOf({ box, x, y, level }: DrawnBox, all: readonly DrawnBox[]): DrawnLine[] {
  const { talks } = box;
  if (!talks) return [];
  if (talks === 'socket') {
    const owner = all.findLast((each) => each.level === level - 1 && each.x < x && each.y < y);
    return owner
      ? [{ way: 'socket', from: [x + 26, y], to: [x + 26, owner.y + owner.lines.length * size.line + 3] }]
      : [];
  }
  const [[way, name]] = Object.entries(talks) as [['tcp' | 'tls', string]];
  const target = all.find((each) => each.name === name);
  if (!target) return [];
  const isLeft = target.x < x;
  return [
    { way, from: [isLeft ? x : x + 26, y + 20], to: [isLeft ? target.x + target.width : target.x, target.y + 20] },
  ];
}

/** Han characters are twice as wide as the others. */
function textWidth(text: string): number {
  return (
    [...text].reduce((sum, letter) => sum + (/\p{Script=Han}|[，。、：]/u.test(letter) ? 1.75 : 1), 0) * size.letter
  );
}

export const still = size;
