import { html, nothing } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { MapContainer, MapHost } from '../../shared/map.ts';
import { mapContainers } from '../../shared/map-tree.ts';
import { phaseList } from '../lab/phases.ts';
import { text as pageText } from '../page-text.ts';
import { session } from '../session.ts';
import { SessionElement } from '../session-element.ts';
import { ghostsOf, misplacedIn, type Shape } from './expected.ts';
import { liveMap } from './live-map.ts';
import { type Drawing, mapBoxes, mapList } from './map-boxes.ts';
import { type BoxChange, mapChanges } from './map-changes.ts';
import { boxByKey } from './map-keys.ts';
import { type Line, mapLines, measureLines } from './map-lines.ts';
import { mapText as text } from './map-text.ts';
import { stateWord } from './words.ts';
import './box-facts.ts';

/** What has happened to a box is shown for so long, ms. */
const newsMs = 5000;

/** Who owns what: daemons and containers of all levels as nested boxes, with the same as text beside them. */
class LabMap extends SessionElement {
  protected override readonly drawEvery = 1000;
  #before: MapHost | undefined;
  #spoken = '';
  #news = new Map<string, { kind: 'added' | 'changed' | 'survived'; until: number }>();
  #gone: { owner: string; box: MapContainer; until: number }[] = [];
  #focus = '';
  /** The box whose facts are shown; empty for L1. */
  #chosen: string | undefined;
  #alone: string | undefined;
  #lines: Line[] = [];
  #resized = new ResizeObserver(() => this.#measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override requestUpdate(): void {
    super.requestUpdate();
    void this.updateComplete.then(() => this.#measure());
  }

  protected override render() {
    const { lab } = session;
    const isStarting = lab?.state === 'starting';
    const map = liveMap.of(lab);
    if (map) this.#compare(map);
    else this.#before = undefined;
    return html`<div class="map">
      <div class="map-bar">
        <h2>${isStarting ? pageText.starting.again : text.title}</h2>
        ${isStarting ? nothing : [1, 2, 3].map((n) => html`<span class="key level-${n}"><i></i>L${n}</span>`)}
        <span class="grow"></span>
        ${this.#alone ? html`<button class="link" type="button" @click=${this.#showAll}>${text.all}</button>` : nothing}
      </div>
      ${isStarting ? phaseList(lab) : map ? this.#draw(map) : html`<p class="note">${text.waiting}</p>`}
      <p class="visually-hidden" role="status">${this.#spoken}</p>
    </div>`;
  }

  #draw(map: MapHost) {
    const chosen = this.#chosen === '' ? { chain: [] } : mapContainers(map).find(({ box }) => box.key === this.#chosen);
    return html`<div class="canvas" @click=${this.#click} @keydown=${this.#key} @focusin=${this.#follow}>
        ${mapBoxes(this.#drawing(map))} ${mapLines(this.#lines)}
      </div>
      <p class="kernel level-0">${fill(text.kernel, { kernel: map.kernel })}</p>
      ${
        chosen
          ? html`<box-facts .chosen=${chosen} .map=${map} @close=${this.#close} @alone=${() => this.#zoom(this.#chosen)}></box-facts>`
          : nothing
      }
      <details class="as-text">
        <summary>${text.asText}</summary>
        ${mapList(map)}
      </details>`;
  }

  #drawing(map: MapHost): Drawing {
    const now = performance.now();
    this.#gone = this.#gone.filter(({ until }) => until > now);
    for (const [key, { until }] of this.#news) if (until <= now) this.#news.delete(key);
    const all = mapContainers(map);
    const alone = all.find(({ box }) => box.key === this.#alone);
    if (!alone) this.#alone = undefined;
    if (this.#focus && !all.some(({ box }) => box.key === this.#focus)) this.#focus = this.#alone ?? '';
    const { predicted, expected } = ofStep();
    return {
      map,
      alone,
      here: session.standsIn,
      news: new Map([...this.#news].map(([key, { kind }]) => [key, kind])),
      gone: new Map(
        [...Map.groupBy(this.#gone, ({ owner }) => owner)].map(([key, each]) => [key, each.map(({ box }) => box)]),
      ),
      ghosts: predicted ? ghostsOf(predicted, map) : [],
      remarks: new Map([
        ...[...(predicted ? misplacedIn(predicted, map) : [])].map(([key]): [string, string] => [key, text.elsewhere]),
        ...[...(expected ? misplacedIn(expected, map) : [])].map(([key, name]): [string, string] => [
          key,
          name ? fill(text.misplaced, { name }) : text.misplacedHost,
        ]),
      ]),
      focus: this.#focus,
      chosen: this.#chosen,
    };
  }

  #compare(map: MapHost): void {
    if (this.#before === map) return;
    if (this.#before) {
      const changes = mapChanges(this.#before, map);
      const until = performance.now() + newsMs;
      const old = new Map(mapContainers(this.#before).map((each) => [each.box.key, each]));
      for (const { kind, key } of changes) {
        const was = old.get(key);
        if (kind !== 'removed') this.#news.set(key, { kind, until });
        else if (was) this.#gone.push({ owner: was.owner.key, box: was.box, until });
      }
      if (changes.length > 0) this.#spoken = changes.map(sentence).join(' ');
    }
    this.#before = map;
  }

  /** Lines come after the boxes that they connect have their places. */
  #measure(): void {
    const map = liveMap.of(session.lab);
    const canvas = this.querySelector<HTMLElement>('.canvas');
    if (!map || !canvas) return;
    const talking = mapContainers(map).flatMap(({ box }) => (box.talks.length > 0 ? box : []));
    const lines = measureLines(canvas, talking);
    if (JSON.stringify(lines) === JSON.stringify(this.#lines)) return;
    this.#lines = lines;
    super.requestUpdate();
  }

  #click = (event: MouseEvent): void => {
    const key = keyOf(event.target as Element);
    if (key !== undefined) this.#choose(key);
  };

  #follow = (event: FocusEvent): void => {
    this.#focus = keyOf(event.target as Element) ?? this.#focus;
    this.requestUpdate();
  };

  #key = (event: KeyboardEvent): void => {
    const item = event.target as HTMLElement;
    const key = keyOf(item) ?? '';
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const next = boxByKey(event.key, item, event.currentTarget as HTMLElement);
    if (next) next.focus();
    else if (event.key === 'Enter' || event.key === ' ') this.#choose(key);
    else if (event.key === 'z') this.#zoom(this.#alone ? undefined : key);
    else if (event.key === 'Escape' && this.#alone) this.#zoom(undefined);
    else if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
  };

  #choose(key: string): void {
    this.#focus = key;
    this.#chosen = key === this.#chosen ? undefined : key;
    this.requestUpdate();
  }

  #zoom(key: string | undefined): void {
    this.#alone = key || undefined;
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus());
  }

  #showAll = (): void => this.#zoom(undefined);

  #close = (): void => {
    this.#chosen = undefined;
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus());
  };
}

/** The box in which something stands. */
function keyOf(element: Element): string | undefined {
  return element.closest<HTMLElement>('[data-key]')?.dataset.key;
}

/** What the step on screen says of the map: what the learner has predicted, and how it should be in the end. */
function ofStep(): { predicted: Shape | undefined; expected: Shape | undefined } {
  const step = document.querySelector<HTMLElement>('lesson-step[data-state="now"]');
  const box = step?.querySelector<HTMLElement>('predict-box');
  const drawn = JSON.parse(box?.dataset.maps ?? '{}') as Record<string, Shape>;
  const isOver = step?.hasAttribute('data-passed');
  return {
    predicted: isOver ? undefined : drawn[box?.dataset.prediction ?? ''],
    expected: isOver || !step?.dataset.map ? undefined : JSON.parse(step.dataset.map),
  };
}

function sentence({ kind, name, level, state }: BoxChange): string {
  return fill(text[kind], { name, level, state: stateWord(state) });
}

customElements.define('lab-map', LabMap);
