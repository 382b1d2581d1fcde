import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit/html.js';
import { count, fill } from '../../i18n/fill.ts';
import { mapText as text } from './map-text.ts';
import { parseShape, type ShapeBox } from './shape.ts';

/** CSS pixels; so many boxes are in a row at least. */
const size = { width: 120, height: 52, gap: 4, row: 6 };

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A map without text, always of one size: a class is read as shapes. Its text alternative has the words. */
export function mapThumbnail(shape: string): TemplateResult {
  const boxes = parseShape(shape);
  const { width, height } = size;
  const host = draw({ marks: '', inner: boxes }, 1, { x: 1, y: 1, width: width - 2, height: height - 2 });
  return html`<svg class="thumbnail" role="img" aria-label=${shapeWords(boxes)} viewBox="0 0 ${width} ${height}" width=${width} height=${height}>${host}</svg>`;
}

function draw(box: ShapeBox, level: number, area: Area): SVGTemplateResult {
  const { x, y, width, height } = area;
  const classes = `level-${level} ${box.marks.includes('!') ? 'privileged' : ''} ${box.marks.includes('-') ? 'still' : ''} ${box.marks.includes('s') ? 'socket' : ''}`;
  return svg`<g class=${classes}><rect x=${x} y=${y} width=${width} height=${height} rx=${Math.min(4, height / 5)} /></g>
    ${places(box.inner, area).map(([inner, place]) => draw(inner, level + 1, place))}`;
}

/** Rows of equal height; who holds more is wider. */
function places(boxes: readonly ShapeBox[], area: Area): [ShapeBox, Area][] {
  const perRow = Math.max(size.row, Math.ceil(Math.sqrt(2 * boxes.length)));
  const rows = Array.from({ length: Math.ceil(boxes.length / perRow) }, (_, n) =>
    boxes.slice(n * perRow, (n + 1) * perRow),
  );
  const gap = Math.min(size.gap, area.height / 8);
  const height = (area.height - gap) / rows.length - gap;
  return rows.flatMap((row, n) => {
    const share = (area.width - gap * (row.length + 1)) / weightOf(row);
    let x = area.x + gap;
    return row.map((box): [ShapeBox, Area] => {
      const place = { x, y: area.y + gap + n * (height + gap), width: share * weightOf([box]), height };
      x += place.width + gap;
      return [box, place];
    });
  });
}

function weightOf(boxes: readonly ShapeBox[]): number {
  return boxes.reduce((sum, { inner }) => sum + Math.max(1, weightOf(inner)), 0);
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
