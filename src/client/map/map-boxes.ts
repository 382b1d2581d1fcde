import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { count, fill } from '../../i18n/fill.ts';
import type { MapContainer, MapDaemon, MapHost } from '../../shared/map.ts';
import type { Ghost } from './expected.ts';
import { mapText as text } from './map-text.ts';
import { boxWords, daemonWords, privilegeOf, talkWords } from './words.ts';

/** More siblings than these are drawn small, with their names only. */
const crowd = 12;

/** A map and what is to be seen on it at this moment. */
export interface Drawing {
  map: MapHost;
  /** Containers from L1 to where the shell stands; undefined while nobody knows. */
  here?: readonly string[] | undefined;
  /** What has just happened to a box, by key. */
  news: ReadonlyMap<string, 'added' | 'changed' | 'survived'>;
  /** Boxes that have just gone, by the daemon that owned them. */
  gone: ReadonlyMap<string, readonly MapContainer[]>;
  ghosts: readonly Ghost[];
  /** What to say of a box that is where it should not be, by key. */
  remarks: ReadonlyMap<string, string>;
  /** The box that the keyboard reaches. */
  focus: string;
  chosen?: string | undefined;
  /** Only this box and what is in it. */
  alone?: { box: MapContainer; chain: readonly string[] } | undefined;
}

/**
 * Nested boxes: siblings beside each other, children inside. To assistive technology a tree whose items are the boxes'
 * first lines: a box that was an item would have everything inside it as its name.
 */
export function mapBoxes(drawing: Drawing): TemplateResult {
  const { alone } = drawing;
  return html`<div class="boxes" role="tree" aria-label=${text.label}>
    ${alone ? containerBox(drawing, alone.box, alone.chain) : hostBox(drawing)}
  </div>`;
}

function hostBox(drawing: Drawing): TemplateResult {
  const { map, here, focus, chosen } = drawing;
  return html`<div
    class="box level-1 ${here?.length === 0 ? 'here' : ''} ${here ? 'on-path' : ''}"
    data-key=""
  >
    <div class="name" role="treeitem" aria-level="1" aria-expanded="true" aria-selected=${chosen === ''} tabindex=${focus === '' ? 0 : -1}>
      <b>L1 · ${text.host}</b>
    </div>
    ${inside(drawing, map.daemons, [])}
  </div>`;
}

function inside(drawing: Drawing, daemons: readonly MapDaemon[], chain: readonly string[]) {
  return daemons.map(
    (
      daemon,
    ) => html`<div class="daemon ${daemon.state}" data-daemon=${daemon.key}>${daemonWords(daemon).join(' · ')}</div>
      ${containers(drawing, daemon, chain)}`,
  );
}

function containers(drawing: Drawing, daemon: MapDaemon, chain: readonly string[]) {
  const gone = drawing.gone.get(daemon.key) ?? [];
  const ghosts = drawing.ghosts.filter(({ inside: name }) => name === chain.at(-1));
  const all = daemon.containers;
  if (all.length + gone.length + ghosts.length + daemon.omitted === 0) {
    return daemon.state === 'silent' ? nothing : html`<div class="more">${text.empty}</div>`;
  }
  return html`<div role="group" class="inside ${all.length > crowd ? 'crowd' : ''}">
    ${repeat(
      all,
      ({ key }) => key,
      (box) => containerBox(drawing, box, [...chain, box.name]),
    )}
    ${gone.map(
      (box) =>
        html`<div class="box gone level-${box.level}" aria-hidden="true"><div class="name"><b>L${box.level} · <bdi>${box.name}</bdi></b></div></div>`,
    )}
    ${ghosts.map((ghost) => ghostBox(drawing, ghost, daemon.level + 1))}
    ${daemon.omitted > 0 ? html`<div class="more">${count(text.omitted, daemon.omitted)}</div>` : nothing}
  </div>`;
}

function containerBox(drawing: Drawing, box: MapContainer, chain: readonly string[]): TemplateResult {
  const { map, here, news, remarks, focus, chosen } = drawing;
  const isHere = here?.join('/') === chain.join('/');
  const remark = remarks.get(box.key);
  const classes = [
    `box level-${box.level} ${privilegeOf(box)}`,
    box.daemons.length > 0 ? 'deep' : '',
    box.state === 'running' ? '' : 'still',
    isHere ? 'here' : '',
    here && chain.every((name, i) => here[i] === name) ? 'on-path' : '',
    news.has(box.key) ? `news-${news.get(box.key)}` : '',
    remark ? 'odd' : '',
  ];
  return html`<div
    class=${classes.join(' ')}
    data-key=${box.key}
    data-container=${box.name}
    title=${box.name}
  >
    <div
      class="name"
      role="treeitem"
      aria-level=${box.level}
      aria-expanded=${box.daemons.length > 0 ? 'true' : nothing}
      aria-selected=${chosen === box.key}
      tabindex=${focus === box.key ? 0 : -1}
    >
      <b>L${box.level} · <bdi>${box.name}</bdi></b>
      <span class="facts">${boxWords(box).join(' · ')}</span>
      ${box.pids.length > 0 ? html`<span class="pids ${box.pids.length > 3 ? 'long' : ''}">${box.pids.join(' → ')}</span>` : nothing}
      ${box.talks.length + (remark ? 1 : 0) > 0 ? html`<span class="visually-hidden">${[...talkWords(box, map), remark ?? ''].join(', ')}</span>` : nothing}
    </div>
    ${box.talks.map(({ way }) => html`<span class="plug ${way}">${text.way[way]}</span>`)}
    ${remark ? html`<div class="remark">${remark}</div>` : nothing} ${inside(drawing, box.daemons, chain)}
  </div>`;
}

function ghostBox(drawing: Drawing, { name }: Ghost, level: number): TemplateResult {
  const inner = drawing.ghosts.filter((each) => each.inside === name);
  return html`<div class="box ghost level-${level}">
    <div class="name"><b>L${level} · <bdi>${name}</bdi></b><span class="facts">${text.ghost}</span></div>
    ${inner.length > 0 ? html`<div class="inside">${inner.map((each) => ghostBox(drawing, each, level + 1))}</div>` : nothing}
  </div>`;
}

/** A box in one line, for who hears the map or reads its text. */
export function boxSentence(box: MapContainer, map: MapHost): string {
  const pids = box.pids.length > 0 ? [fill(text.pids, { pids: box.pids.join(', ') })] : [];
  return [`L${box.level} ${box.name}`, ...boxWords(box), ...talkWords(box, map), ...pids].join(', ');
}

/** The same map as nested lists. */
export function mapList(map: MapHost): TemplateResult {
  const ofDaemons = (daemons: readonly MapDaemon[]): unknown =>
    daemons.map(
      (daemon) => html`<li>${daemonWords(daemon).join(', ')}
        <ul>
          ${daemon.containers.map(
            (box) =>
              html`<li><bdi>${boxSentence(box, map)}</bdi>${box.daemons.length > 0 ? html`<ul>${ofDaemons(box.daemons)}</ul>` : nothing}</li>`,
          )}
          ${daemon.omitted > 0 ? html`<li>${count(text.omitted, daemon.omitted)}</li>` : nothing}
        </ul>
      </li>`,
    );
  return html`<ul class="map-list">
    <li>L1 ${text.host}
      <ul>${ofDaemons(map.daemons)}</ul>
    </li>
  </ul>`;
}
