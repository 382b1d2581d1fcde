import { html, nothing, type TemplateResult } from 'lit/html.js';
import { count, fill } from '../../i18n/fill.ts';
import type { MapContainer, MapDaemon, MapHost } from '../../shared/map.ts';
import { phaseList } from '../lab/phases.ts';
import { text as pageText } from '../page-text.ts';
import { session } from '../session.ts';
import { SessionElement } from '../session-element.ts';
import { labText } from '../terminal/lab-text.ts';
import { liveMap } from './live-map.ts';
import { mapChanges } from './map-changes.ts';

const text = labText.map;
/** Hex digits of a daemon's id at each end; enough to tell two apart at a glance. */
const idDigits = 4;

/** Who owns what: daemons and containers of all levels as a nested list, drawn as nested boxes. */
class LabMap extends SessionElement {
  protected override readonly drawEvery = 1000;
  #before: MapHost | undefined;
  #news = '';
  #added = new Set<string>();

  protected override render() {
    const { lab } = session;
    const map = liveMap.of(lab);
    const isStarting = lab?.state === 'starting';
    if (map) this.#compare(map);
    else this.#before = undefined;
    return html`<div class="map">
      <div class="map-bar">
        <h2>${isStarting ? pageText.starting.again : text.title}</h2>
        ${isStarting ? nothing : [1, 2, 3].map((n) => html`<span class="key level-${n}"><i></i>L${n}</span>`)}
      </div>
      ${isStarting ? phaseList(lab) : map ? map.daemons.map((daemon) => this.#host(daemon)) : html`<p class="note">${text.waiting}</p>`}
      <p class="visually-hidden" role="status">${this.#news}</p>
    </div>`;
  }

  #host(daemon: MapDaemon) {
    return html`<ul class="tree">
      <li class="box level-${daemon.level} ${session.standsIn?.length === 0 ? 'here' : ''}">
        <div class="name"><b>L${daemon.level} · ${text.host}</b><span class="facts">${daemonFacts(daemon)}</span></div>
        ${session.standsIn?.length === 0 ? hereNote : nothing} ${this.#containers(daemon, [])}
      </li>
    </ul>`;
  }

  #containers(daemon: MapDaemon, chain: readonly string[]): TemplateResult {
    if (daemon.containers.length === 0 && daemon.omitted === 0) return html`<p class="more">${text.empty}</p>`;
    return html`<ul>
      ${daemon.containers.map((box) => this.#box(box, [...chain, box.name]))}
      ${daemon.omitted > 0 ? html`<li class="more">${count(text.omitted, daemon.omitted)}</li>` : nothing}
    </ul>`;
  }

  #box(box: MapContainer, chain: readonly string[]): TemplateResult {
    const isHere = session.standsIn?.join('/') === chain.join('/');
    const classes = [
      `box level-${box.level}`,
      box.daemons.length > 0 ? 'deep' : '',
      box.state === 'running' ? '' : 'still',
      isHere ? 'here' : '',
      this.#added.has(box.key) ? 'new' : '',
    ];
    return html`<li class=${classes.join(' ')} data-container=${box.name}>
      <div class="name">
        <b>L${box.level} · ${box.name}</b>
        <span class="facts">${facts(box)}</span>
        ${box.pids.length > 0 ? pids(box.pids) : nothing}
      </div>
      ${isHere ? hereNote : nothing} ${box.daemons.map((daemon) => this.#containers(daemon, chain))}
    </li>`;
  }

  #compare(map: MapHost): void {
    if (this.#before === map) return;
    if (this.#before) {
      const changes = mapChanges(this.#before, map);
      this.#added = new Set(changes.filter(({ kind }) => kind === 'added').map(({ key }) => key));
      const sentences = changes.map(({ kind, ...values }) =>
        fill(text[kind], { ...values, state: stateWord(values.state) }),
      );
      if (sentences.length > 0) this.#news = sentences.join(' ');
    }
    this.#before = map;
  }
}

const hereNote = html`<span class="visually-hidden">${text.here}</span>`;

function facts(box: MapContainer): string {
  const all = [
    box.image,
    box.privileged && text.privileged,
    box.state !== 'running' && stateWord(box.state),
    ...box.talks.map(({ daemon }) => fill(text.socket, { daemon })),
    ...box.daemons.map(daemonFacts),
  ];
  return all.filter(Boolean).join(' · ');
}

function daemonFacts(daemon: MapDaemon): string {
  return [fill(text.daemon, { version: daemon.version }), shortId(daemon.id), daemon.driver]
    .filter(Boolean)
    .join(' · ');
}

function pids(numbers: readonly number[]): TemplateResult {
  const chain = numbers.join(' → ');
  return html`<span class="pids"
    ><span class="visually-hidden">${fill(text.pids, { pids: numbers.join(', ') })}</span
    ><span aria-hidden="true">${chain}</span></span
  >`;
}

function stateWord(state: string): string {
  return (text.states as Record<string, string>)[state] ?? state;
}

function shortId(id: string): string {
  return id.length > 2 * idDigits + 1 ? `${id.slice(0, idDigits)}…${id.slice(-idDigits)}` : id;
}

customElements.define('lab-map', LabMap);
