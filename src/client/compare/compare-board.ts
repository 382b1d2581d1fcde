import { html, nothing } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { LabView } from '../../shared/api.ts';
import {
  type Approach,
  approaches,
  type CompareCommand,
  type CompareView,
  compareCommands,
} from '../../shared/compare-names.ts';
import type { MapContainer } from '../../shared/map.ts';
import { mapContainers } from '../../shared/map-tree.ts';
import { ask, sentenceOf } from '../api.ts';
import { claim } from '../lab/claim.ts';
import { liveMap } from '../map/live-map.ts';
import { bytes, storageWords } from '../map/words.ts';
import { text as pageText } from '../page-text.ts';
import { session } from '../session.ts';
import { SessionElement } from '../session-element.ts';
import { toast } from '../toast.ts';
import { compareText as text } from './compare-text.ts';
import { odd, oddLines } from './differences.ts';
import '../map/lab-map.ts';

/** The kind of lab that is claimed where the learner has none; each has the images of all approaches. */
const spec = 'dind';

type Row = keyof typeof text.rows;
interface Proof {
  path: string;
  title: string;
}

/** One command in every approach, side by side, with what differs marked. */
class CompareBoard extends SessionElement {
  #command: CompareCommand | undefined;
  #results = new Map<Approach, CompareView>();
  #running: Approach | undefined;

  protected override render() {
    const { lab, queued } = session;
    if (queued) return html`<p role="status">${fill(pageText.queue.position, { n: queued })}</p>`;
    if (!lab || lab.state === 'ended' || lab.state === 'ending') {
      return html`<button class="button" type="button" @click=${this.#begin}>${text.begin}</button>`;
    }
    if (lab.state !== 'ready') return html`<p role="status">${text.waiting}</p>`;
    return html`<p class="note">${text.other}</p>
      <div class="compare-commands" role="group" aria-label=${text.choose}>
        ${compareCommands.map(
          (command) =>
            html`<button class="ghost" type="button" aria-pressed=${command === this.#command} ?disabled=${this.#running !== undefined} @click=${() => this.#run(lab, command)}>${text.commands[command]}</button>`,
        )}
      </div>
      ${this.#command ? this.#table() : nothing} <lab-map></lab-map>`;
  }

  #table() {
    const rows: [Row, (view: CompareView) => string | undefined][] = [
      ['start', ({ start }) => start],
      ['ready', ({ startedMs }) => fill(text.seconds, { n: (startedMs / 1000).toFixed(1) })],
      ['memory', (view) => this.#of(view, ({ memory }) => memory && bytes(memory.used))],
      ['privileged', (view) => this.#of(view, ({ privileged }) => (privileged ? text.yes : text.no))],
      ['seccomp', (view) => this.#of(view, ({ seccomp }) => seccomp && text[seccomp])],
      ['owner', (view) => this.#of(view, ({ daemons }) => (daemons.length > 0 ? text.own : text.host))],
      ['storage', (view) => this.#of(view, ({ daemons: [own] }) => (own ? storageWords(own) : text.host))],
      ['uids', (view) => this.#of(view, (box) => (rootOf(box) === 0 ? text.unmapped : `uid ${rootOf(box)}`))],
    ];
    return html`<div class="board-scroll" role="region" tabindex="0" aria-label=${text.caption}>
      <table class="compare">
        <caption class="visually-hidden">${text.caption}</caption>
        <thead>
          <tr><td></td>${approaches.map((each) => html`<th scope="col">${text.approaches[each]}</th>`)}</tr>
        </thead>
        <tbody>
          ${rows.map(([row, value]) => this.#row(row, value))}
          <tr>
            <th scope="row">${text.rows.output}${this.#command && this.#proof(this.#command)}</th>
            ${approaches.map((each) => html`<td>${this.#output(each)}</td>`)}
          </tr>
        </tbody>
      </table>
    </div>`;
  }

  #row(row: Row, value: (view: CompareView) => string | undefined) {
    const values = approaches.map((each) => {
      const view = this.#results.get(each);
      return view && value(view);
    });
    const marks = odd(values);
    // Commands and figures always differ: marking them would say nothing.
    const isMarked = !['start', 'ready', 'memory'].includes(row);
    return html`<tr>
      <th scope="row">${text.rows[row]}${this.#proof(row)}</th>
      ${values.map(
        (each, n) =>
          html`<td class="${row} ${isMarked && marks[n] ? 'differs' : ''}">${row === 'start' ? words(each) : (each ?? '–')}${isMarked && marks[n] ? html`<span class="visually-hidden"> (${text.differs})</span>` : nothing}</td>`,
      )}
    </tr>`;
  }

  #output(approach: Approach) {
    const view = this.#results.get(approach);
    if (!view)
      return html`<span class="note" role="status">${this.#running === approach ? text.running : text.later}</span>`;
    const others = [...this.#results.values()].flatMap((each) => (each === view ? [] : each.output));
    return html`<code class="typed">${words(view.command)}</code>
      <pre>${oddLines(view.output, others).map(({ line, isOdd }) => (isOdd ? html`<mark>${line}</mark>\n` : `${line}\n`))}</pre>`;
  }

  #proof(row: Row | CompareCommand) {
    const proofs: Record<string, Proof> = JSON.parse(this.dataset.proofs ?? '{}');
    const proof = proofs[row];
    return proof ? html`<a class="proof" href=${proof.path}>${fill(text.proof, { title: proof.title })}</a>` : nothing;
  }

  /** Something of the approach's box, as the map has it. */
  #of(view: CompareView, value: (box: MapContainer) => string | undefined | false): string | undefined {
    const map = liveMap.of(session.lab);
    const found = map && mapContainers(map).find(({ box, chain }) => chain.length === 1 && box.name === view.container);
    return (found && value(found.box)) || undefined;
  }

  #begin = async (): Promise<void> => {
    try {
      await session.connect(true);
      await claim({ spec });
    } catch (error) {
      toast(sentenceOf(error));
    }
  };

  async #run(lab: LabView, command: CompareCommand): Promise<void> {
    this.#command = command;
    this.#results.clear();
    for (const approach of approaches) {
      this.#running = approach;
      this.requestUpdate();
      try {
        this.#results.set(approach, await ask<CompareView>('POST', `labs/${lab.id}/compare`, { approach, command }));
      } catch (error) {
        toast(sentenceOf(error));
      }
    }
    this.#running = undefined;
    this.requestUpdate();
  }
}

function words(command = '–') {
  return command.split(' ').map((word) => html`<span class="word">${word}</span> `);
}

/** Who root inside is at L1. */
function rootOf({ uids }: MapContainer): number {
  return uids?.first ?? 0;
}

customElements.define('compare-board', CompareBoard);
