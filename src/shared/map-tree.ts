// Without zod: the page uses it, too.
import type { MapChange, MapContainer, MapDaemon, MapHost, MapNode } from './map.ts';

/** Outer nodes before inner ones, siblings in their order. */
export function mapNodes(host: MapHost): MapNode[] {
  const ofDaemon = ({ key, containers, ...facts }: MapDaemon, parent: string): MapNode[] => [
    { kind: 'daemon', key, parent, facts },
    ...containers.flatMap((box) => ofContainer(box, key)),
  ];
  const ofContainer = ({ key, daemons, ...facts }: MapContainer, parent: string): MapNode[] => [
    { kind: 'container', key, parent, facts },
    ...daemons.flatMap((daemon) => ofDaemon(daemon, key)),
  ];
  return host.daemons.flatMap((daemon) => ofDaemon(daemon, ''));
}

/** Undefined when nothing differs. Without `before` the whole map. */
export function mapDifference(before: MapHost | undefined, after: MapHost): MapChange | undefined {
  const nodes = mapNodes(after);
  if (!before) return { kernel: after.kernel, set: nodes, gone: [] };
  const old = new Map(mapNodes(before).map((node) => [node.key, JSON.stringify(node)]));
  const set = nodes.filter((node) => old.get(node.key) !== JSON.stringify(node));
  for (const { key } of nodes) old.delete(key);
  return set.length + old.size > 0 ? { set, gone: [...old.keys()] } : undefined;
}

/** The map after a change; a change of a map that is not known says nothing yet. */
export function changedMap(before: MapHost | undefined, change: MapChange): MapHost | undefined {
  if (change.kernel === undefined && !before) return undefined;
  const nodes = new Map(
    (change.kernel === undefined && before ? mapNodes(before) : []).map((node) => [node.key, node]),
  );
  for (const key of change.gone) nodes.delete(key);
  for (const node of change.set) nodes.set(node.key, node);
  return mapOf(change.kernel ?? before?.kernel ?? '', [...nodes.values()]);
}

/** The tree of these nodes; what has lost its parent is left out. */
function mapOf(kernel: string, nodes: readonly MapNode[]): MapHost {
  const inside = Map.groupBy(nodes, ({ parent }) => parent);
  const daemons = (parent: string): MapDaemon[] =>
    (inside.get(parent) ?? []).flatMap((node) =>
      node.kind === 'daemon' ? { ...node.facts, key: node.key, containers: containers(node.key) } : [],
    );
  const containers = (parent: string): MapContainer[] =>
    (inside.get(parent) ?? []).flatMap((node) =>
      node.kind === 'container' ? { ...node.facts, key: node.key, daemons: daemons(node.key) } : [],
    );
  return { name: 'host', level: 1, kernel, daemons: daemons('') };
}

/** Every container of a map with the daemon that owns it, outer ones first. */
export function mapContainers(host: MapHost): { owner: MapDaemon; box: MapContainer; chain: string[] }[] {
  const visit = (daemons: readonly MapDaemon[], chain: readonly string[]): ReturnType<typeof mapContainers> =>
    daemons.flatMap((owner) =>
      owner.containers.flatMap((box) => {
        const here = [...chain, box.name];
        return [{ owner, box, chain: here }, ...visit(box.daemons, here)];
      }),
    );
  return visit(host.daemons, []);
}

/** Every daemon of a map, outer ones first. */
export function mapDaemons(host: MapHost): MapDaemon[] {
  const visit = (daemons: readonly MapDaemon[]): MapDaemon[] =>
    daemons.flatMap((daemon) => [daemon, ...daemon.containers.flatMap((box) => visit(box.daemons))]);
  return visit(host.daemons);
}

/**
 * A map as a few letters, for a picture without text: a box is `(`…`)`, what it is stands after the bracket: `!`
 * privileged, `s` a socket, `-` not running.
 */
export function mapShape(host: MapHost): string {
  const of = (daemons: readonly MapDaemon[]): string =>
    daemons
      .flatMap(({ containers }) => containers)
      .map((box) => `(${mark(box)}${of(box.daemons)})`)
      .join('');
  return of(host.daemons).slice(0, shapeMost);
}

/** Letters of a shape; a wall of thirty stays below ten kilobytes. */
const shapeMost = 240;

function mark(box: MapContainer): string {
  if (box.state !== 'running') return '-';
  return `${box.privileged ? '!' : ''}${box.talks.length > 0 ? 's' : ''}`;
}
