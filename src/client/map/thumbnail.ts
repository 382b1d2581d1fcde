import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit/html.js';
import { count, fill } from '../../i18n/fill.ts';
import { mapText as text } from './map-text.ts';
import { parseShape, type ShapeBox } from './shape.ts';

const unit = { leaf: 9, gap: 3, row: 6 };

/** A map as a picture without text; its words are its text alternative. */
export function mapThumbnail(shape: string): TemplateResult {
  const boxes = parseShape(shape);
  const host = draw({ marks: '', inner: boxes }, 1);
  return html`<svg class="thumbnail" role="img" aria-label=${shapeWords(boxes)} viewBox="-1 -1 ${host.width + 2} ${host.height + 2}" width=${host.width * 2} height=${host.height * 2}>${host.at(0, 0)}</svg>`;
}

function draw(
  box: ShapeBox,
  level: number,
): { width: number; height: number; at(x: number, y: number): SVGTemplateResult } {
  const inner = box.inner.map((each) => draw(each, level + 1));
  let [x, y, high, width] = [unit.gap, unit.gap, 0, unit.leaf];
  const places = inner.map((each, n) => {
    if (n > 0 && n % unit.row === 0) [x, y, high] = [unit.gap, y + high + unit.gap, 0];
    const place = { x, y };
    x += each.width + unit.gap;
    high = Math.max(high, each.height);
    width = Math.max(width, x);
    return place;
  });
  const height = inner.length > 0 ? y + high + unit.gap : unit.leaf - 2;
  const classes = `level-${level} ${box.marks.includes('!') ? 'privileged' : ''} ${box.marks.includes('-') ? 'still' : ''} ${box.marks.includes('s') ? 'socket' : ''}`;
  return {
    width,
    height,
    at: (left, top) => svg`<g class=${classes}><rect x=${left} y=${top} width=${width} height=${height} rx="2" /></g>
      ${inner.map((each, n) => each.at(left + (places[n]?.x ?? 0), top + (places[n]?.y ?? 0)))}`,
  };
}

function shapeWords(boxes: readonly ShapeBox[]): string {
  const levels = new Map<number, number>();
  const visit = (each: readonly ShapeBox[], level: number): void => {
    if (each.length > 0) levels.set(level, (levels.get(level) ?? 0) + each.length);
    for (const { inner } of each) visit(inner, level + 1);
  };
  visit(boxes, 2);
  const words = [...levels].map(([level, n]) => `L${level}: ${count(text.boxes, n)}`);
  return fill(text.thumbnail, { levels: words.length > 0 ? words.join(', ') : text.empty });
}
