import { html, nothing } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { ProcessesView } from '../../shared/api.ts';
import type { MapContainer, MapDaemon, MapHost } from '../../shared/map.ts';
import { ask, sentenceOf } from '../api.ts';
import { DrawnElement } from '../drawn-element.ts';
import { session } from '../session.ts';
import { toast } from '../toast.ts';
import { mapText as text } from './map-text.ts';
import { bytes, holderOf, mountWords, rightsWords, shortId, stateWord, storageWords, talkWords } from './words.ts';

/** A container with the daemon that owns it; L1 has neither. */
interface Chosen {
  owner?: MapDaemon;
  box?: MapContainer;
  chain: readonly string[];
}

/** Everything that is known of one box, and what can be asked about it. */
class BoxFacts extends DrawnElement {
  #chosen: Chosen | undefined;
  #map: MapHost | undefined;
  /** The host's view of a box, and whose. */
  #seen: { key: string; processes: ProcessesView['processes'] } | undefined;

  /** Which box of which map. */
  set chosen(chosen: Chosen) {
    const isNew = chosen.box?.key !== this.#chosen?.box?.key || !this.#chosen;
    this.#chosen = chosen;
    this.requestUpdate();
    if (isNew) void this.updateComplete.then(() => this.scrollIntoView({ block: 'nearest' }));
  }
  set map(map: MapHost) {
    this.#map = map;
    this.requestUpdate();
  }

  protected override render() {
    if (!this.#chosen || !this.#map) return nothing;
    const { box, owner, chain } = this.#chosen;
    const { level, name } = box ?? { level: 1, name: text.host };
    const all =
      box && owner
        ? [...facts(box, owner, this.#map), ...box.daemons.flatMap(daemonFacts)]
        : this.#map.daemons.flatMap(daemonFacts);
    return html`<section class="box-facts level-${level}" aria-label=${`L${level} ${name}`}>
      <div class="facts-head">
        <h3>L${level} · <bdi>${name}</bdi></h3>
        ${!box || box.state === 'running' ? html`<button class="ghost small" type="button" @click=${() => document.dispatchEvent(new CustomEvent('open-terminal', { detail: chain }))}>${text.shell}</button>` : nothing}
        ${
          box
            ? html`<button class="ghost small" type="button" @click=${() => this.#look(box.key)}>${text.asSeen}</button>
              <button class="ghost small" type="button" @click=${() => this.dispatchEvent(new Event('alone'))}>${text.alone}</button>`
            : nothing
        }
        <button class="link" type="button" @click=${() => this.dispatchEvent(new Event('close'))}>${text.close}</button>
      </div>
      ${box && this.#seen?.key === box.key ? processTable(this.#seen.processes, box) : nothing}
      <dl>${all.map(([name, values]) => (values.length > 0 ? html`<div><dt>${name}</dt>${values.map((value) => html`<dd><bdi>${value}</bdi></dd>`)}</div>` : nothing))}</dl>
    </section>`;
  }

  async #look(key: string): Promise<void> {
    try {
      const path = `labs/${session.lab?.id}/map/processes?key=${encodeURIComponent(key)}`;
      this.#seen = { key, ...(await ask<ProcessesView>('GET', path)) };
    } catch (error) {
      toast(sentenceOf(error));
    }
    this.requestUpdate();
  }
}

function facts(box: MapContainer, owner: MapDaemon, map: MapHost): [string, string[]][] {
  const code = box.exitCode === undefined ? '' : `, ${fill(text.exit, { code: box.exitCode })}`;
  const rights = rightsWords(box);
  const own = box.capabilities.filter((name) => !rights.includes(fill(text.capability, { name })));
  return [
    [text.fact.image, [box.image]],
    [text.fact.id, [shortId(box.id)]],
    [text.fact.state, [stateWord(box.state) + code]],
    [text.fact.owner, [`${holderOf(owner)} · ${shortId(owner.id)}`]],
    [text.fact.pids, box.pids.length > 0 ? [box.pids.join(' → ')] : []],
    [text.fact.rights, rights.length > 0 ? rights : [text.byDefault]],
    ['', own.length > 0 ? [own.join(' ')] : []],
    [text.fact.uids, box.uids ? [fill(text.uidRange, { ...box.uids })] : []],
    [text.fact.memory, memoryWords(box)],
    [text.fact.mounts, box.mounts.map(mountWords)],
    [text.fact.ports, box.ports],
    [text.fact.runtime, box.runtime ? [box.runtime] : []],
    [text.fact.talks, talkWords(box, map)],
  ];
}

function memoryWords({ memory }: MapContainer): string[] {
  if (!memory) return [];
  const used = bytes(memory.used);
  return [memory.limit ? fill(text.memory, { used, limit: bytes(memory.limit) }) : fill(text.noLimit, { used })];
}

function daemonFacts(daemon: MapDaemon): [string, string[]][] {
  const { version, id, bridge, subnet, mtu, dns, listens, runtime, data, state } = daemon;
  const words = state === 'silent' ? [text.silent] : [];
  return [
    [text.fact.daemon, [`${fill(text.daemon, { version })} · ${shortId(id)} · ${runtime}`, ...words]],
    [text.fact.storage, [storageWords(daemon), data.root, ...(daemon.sharesDataWith ? [text.sharesData] : [])]],
    [text.fact.network, bridge ? [fill(text.network, { bridge, subnet, mtu })] : []],
    [text.fact.dns, dns],
    [text.fact.listens, listens ? [text.way[listens]] : []],
  ];
}

/** Its processes as L1's `ps` has them: the first column is what the host sees. */
function processTable(processes: ProcessesView['processes'], box: MapContainer) {
  if (processes.length === 0) return html`<p class="note" role="status">${text.asSeenNone}</p>`;
  const levels = Math.max(...processes.map(({ pids }) => pids.length));
  return html`<div class="board-scroll" role="region" tabindex="0" aria-label=${text.asSeenTitle}>
    <table class="processes">
      <caption>${text.asSeenTitle}</caption>
      <thead>
        <tr>
          ${Array.from({ length: levels }, (_, n) => html`<th scope="col">PID L${n + 1}</th>`)}
          <th scope="col">${text.user}</th>
          <th scope="col">${text.command}</th>
        </tr>
      </thead>
      <tbody>
        ${processes.map(
          ({ pids, uid, command }) => html`<tr class=${pids[0] === box.pids[0] ? 'first' : ''}>
            ${Array.from({ length: levels }, (_, n) => html`<td>${pids[n] ?? '–'}</td>`)}
            <td>${uid}</td>
            <td><bdi>${command}</bdi></td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

customElements.define('box-facts', BoxFacts);
