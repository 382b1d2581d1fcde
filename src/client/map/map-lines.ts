import { html, svg, type TemplateResult } from 'lit/html.js';
import type { MapContainer } from '../../shared/map.ts';

export interface Line {
  way: MapContainer['talks'][number]['way'];
  from: { x: number; y: number };
  to: { x: number; y: number };
}

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
      // A socket leads up to the daemon's line at the nearest place, another daemon beside it is met at its edge.
      const x = from.left + Math.min(28, from.width / 2);
      const near = Math.max(to.left + 8, Math.min(to.right - 8, x));
      const end = to.bottom <= from.top ? to.bottom : to.top + to.height / 2;
      return [
        {
          way,
          from: { x: x - origin.left, y: from.top - origin.top },
          to: { x: near - origin.left, y: end - origin.top },
        },
      ];
    }),
  );
}

/** Over the boxes, and of no meaning to who does not see: each box says the same in words. */
export function mapLines(lines: readonly Line[]): TemplateResult {
  return html`<svg class="lines" aria-hidden="true">
    ${lines.map(({ way, from, to }) => {
      const middle = (from.y + to.y) / 2;
      return svg`<g class=${way}>
        <path d="M${from.x} ${from.y}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}" />
        <circle cx=${from.x} cy=${from.y} r="4" /><circle cx=${to.x} cy=${to.y} r="4" />
      </g>`;
    })}
  </svg>`;
}
