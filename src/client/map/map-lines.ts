import { html, svg, type TemplateResult } from 'lit/html.js';
import type { MapContainer } from '../../shared/map.ts';

export interface Line {
  way: MapContainer['talks'][number]['way'];
  from: Point;
  to: Point;
  /** Of the path between them. */
  path: string;
}

interface Point {
  x: number;
  y: number;
}

/** Between boxes is room for a line this far from an edge, px. */
const gutter = 5;
/** Where a line leaves a box at its side: beside its name, px. */
const besideName = 18;
/** A line longer than this leads past other boxes, px. */
const near = 30;

/** Where the lines run between the boxes that `root` shows, in its own coordinates. */
export function measureLines(root: HTMLElement, boxes: readonly MapContainer[]): Line[] {
  const origin = root.getBoundingClientRect();
  const at = (attribute: string, key: string) =>
    root.querySelector(`[${attribute}="${CSS.escape(key)}"]`)?.getBoundingClientRect();
  return boxes.flatMap(({ key, talks }) =>
    talks.flatMap(({ daemon, way }): Line[] => {
      const from = at('data-key', key);
      const to = at('data-daemon', daemon);
      if (!from || !to) return [];
      const place = (x: number, y: number): Point => ({ x: x - origin.left, y: y - origin.top });
      const start = place(from.left + Math.min(28, from.width / 2), from.top);
      const isAbove = to.bottom <= from.top;
      const isLeft = to.right <= from.left;
      // A daemon in a box beside this one is met at its edge.
      if (!isAbove && (isLeft || to.left >= from.right)) {
        const side = place(isLeft ? from.left : from.right, from.top + besideName);
        const end = place(isLeft ? to.right : to.left, to.top + to.height / 2);
        const middle = (side.x + end.x) / 2;
        const path = `M${side.x} ${side.y}C${middle} ${side.y} ${middle} ${end.y} ${end.x} ${end.y}`;
        return [{ way, from: side, to: end, path }];
      }
      // A socket leads up to the daemon's line, past other boxes on their left.
      if (isAbove && from.top - to.bottom > near) {
        const end = place(to.left, to.top + to.height / 2);
        return [
          { way, from: start, to: end, path: `M${start.x} ${start.y}v${-gutter}H${end.x - gutter}V${end.y}h${gutter}` },
        ];
      }
      const x = Math.max(to.left + 8, Math.min(to.right - 8, from.left + 28));
      const end = place(x, isAbove ? to.bottom : to.top + to.height / 2);
      const middle = (start.y + end.y) / 2;
      return [
        {
          way,
          from: start,
          to: end,
          path: `M${start.x} ${start.y}C${start.x} ${middle} ${end.x} ${middle} ${end.x} ${end.y}`,
        },
      ];
    }),
  );
}

/** Over the boxes, and of no meaning to who does not see: each box says the same in words. */
export function mapLines(lines: readonly Line[]): TemplateResult {
  return html`<svg class="lines" aria-hidden="true">
    ${lines.map(
      ({ way, from, to, path }) => svg`<g class=${way}>
        <path d=${path} />
        <circle cx=${from.x} cy=${from.y} r="4" /><circle cx=${to.x} cy=${to.y} r="4" />
      </g>`,
    )}
  </svg>`;
}
