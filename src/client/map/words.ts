import { count, fill } from '../../i18n/fill.ts';
import type { MapContainer, MapDaemon, MapHost, MapMount } from '../../shared/map.ts';
import { mapDaemons } from '../../shared/map-tree.ts';
import { mapText as text } from './map-text.ts';

/** Hex digits of an id at each end; enough to tell two apart at a glance. */
const idDigits = 4;
/** More capabilities than these are counted, not named. */
const namedCapabilities = 2;

export function shortId(id: string): string {
  return id.length > 2 * idDigits + 1 ? `${id.slice(0, idDigits)}…${id.slice(-idDigits)}` : id;
}

export function stateWord(state: string): string {
  return (text.states as Record<string, string>)[state] ?? state;
}

export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(n) / 10));
  return `${Math.round(n / 2 ** (10 * power))} ${units[power]}`;
}

/** Where a daemon's data lies; nothing of one that has not answered yet. */
export function storageWords({ driver, data }: MapDaemon): string {
  return driver && fill(text.dataOn[data.on], { driver, what: data.what });
}

/** What a daemon's line says. */
export function daemonWords(daemon: MapDaemon): string[] {
  if (daemon.state === 'silent' && !daemon.id) return ['dockerd', text.silent];
  const { version, id, subnet, listens, security, uids, level } = daemon;
  return [
    fill(text.daemon, { version: version.split('+')[0] }),
    shortId(id),
    storageWords(daemon),
    subnet ?? '',
    listens ? text.way[listens] : '',
    ...security,
    // In a container that is said of the container, unless the daemon has gone further.
    uids && (level === 1 || security.includes('rootless')) ? fill(text.mapped, { uid: uids.first }) : '',
    daemon.sharesDataWith ? text.sharesData : '',
    daemon.state === 'silent' ? text.silent : '',
  ].filter(Boolean);
}

export type Privilege = 'privileged' | 'added' | 'mapped' | 'plain';

/** What a box may do, as its border tells it: the most dangerous first. */
export function privilegeOf(box: MapContainer): Privilege {
  if (box.privileged) return 'privileged';
  // Inside a user namespace of its own, more capabilities reach no further than its ids.
  if (box.uids) return 'mapped';
  const mayMore = box.capabilities.length > 0 || box.seccomp === 'unconfined' || box.shares.length > 0;
  return mayMore || box.mounts.some(({ kind }) => kind === 'root' || kind === 'foreign-data') ? 'added' : 'plain';
}

/** That in words. */
export function rightsWords(box: MapContainer): string[] {
  const { capabilities, uids, mounts } = box;
  const named = capabilities.length <= namedCapabilities;
  return [
    ...(box.privileged ? [text.privileged] : []),
    ...(uids ? [fill(text.mapped, { uid: uids.first })] : []),
    ...(named
      ? capabilities.map((name) => fill(text.capability, { name }))
      : uids
        ? []
        : [count(text.capabilities, capabilities.length)]),
    ...(box.seccomp === 'unconfined' && !box.privileged ? [text.unconfined] : []),
    ...box.shares.map((space) => text.shares[space]),
    ...(mounts.some(({ kind }) => kind === 'root') ? [text.wholeRoot] : []),
    ...(mounts.some(({ kind }) => kind === 'foreign-data') ? [text.foreignData] : []),
  ];
}

/** What a box says beside its name; the same in a picture and in a text. */
export function boxWords(box: MapContainer): string[] {
  const state = box.state === 'running' ? '' : stateWord(box.state);
  const code = box.exitCode === undefined ? '' : fill(text.exit, { code: box.exitCode });
  const health = box.health && box.health in text.health ? text.health[box.health as keyof typeof text.health] : '';
  const { memory } = box;
  const cage = memory?.limit ? fill(text.memory, { used: bytes(memory.used), limit: bytes(memory.limit) }) : '';
  return [box.image, ...rightsWords(box), state, code, health, box.runtime ?? '', cage, ...box.ports].filter(Boolean);
}

/** Whom a box talks to, in sentences. */
export function talkWords(box: MapContainer, map: MapHost): string[] {
  const daemons = mapDaemons(map);
  return box.talks.map(({ daemon, way }) => {
    const target = daemons.find(({ key }) => key === daemon);
    return fill(text.talks[way], { daemon: target ? holderOf(target) : '…' });
  });
}

export function holderOf({ name, level }: MapDaemon): string {
  return fill(text.theDaemonOf, { name: level === 1 ? text.host : name, level });
}

export function mountWords({ source, to, writable }: MapMount): string {
  return `${source.length > 40 ? shortId(source) : source} → ${to}${writable ? '' : ` (${text.readOnly})`}`;
}
