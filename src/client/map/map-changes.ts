import type { MapContainer, MapHost } from '../../shared/map.ts';
import { mapContainers } from '../../shared/map-tree.ts';

export interface BoxChange {
  kind: 'added' | 'removed' | 'changed' | 'survived';
  key: string;
  name: string;
  level: number;
  state: string;
}

/**
 * What differs between two maps, container by container. One that runs on while another one of its daemon has gone has
 * survived it: that is how siblings show that they are none of its children.
 */
export function mapChanges(before: MapHost, after: MapHost): BoxChange[] {
  const old = byKey(before);
  const now = byKey(after);
  const changes: BoxChange[] = [];
  for (const [key, { box }] of now) {
    const previous = old.get(key)?.box;
    if (!previous) changes.push(change('added', box));
    else if (previous.state !== box.state) changes.push(change('changed', box));
  }
  const ownersOfGone = new Set<string>();
  for (const [key, { box, owner }] of old) {
    if (now.has(key)) continue;
    changes.push(change('removed', box));
    ownersOfGone.add(owner.key);
  }
  for (const { box, owner } of now.values()) {
    const isTold = changes.some(({ key }) => key === box.key);
    if (!isTold && box.state === 'running' && ownersOfGone.has(owner.key)) changes.push(change('survived', box));
  }
  return changes;
}

function byKey(map: MapHost) {
  return new Map(mapContainers(map).map((each) => [each.box.key, each]));
}

function change(kind: BoxChange['kind'], { key, name, level, state }: MapContainer): BoxChange {
  return { kind, key, name, level, state };
}
