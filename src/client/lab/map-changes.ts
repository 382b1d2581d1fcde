import type { MapContainer, MapDaemon } from '../../shared/api.ts';

export interface MapChange {
  kind: 'added' | 'removed' | 'changed';
  name: string;
  level: number;
  state: string;
}

/** What differs between two maps, container by container; for those who cannot see boxes appear. */
export function mapChanges(before: MapDaemon, after: MapDaemon): MapChange[] {
  const old = byId(before);
  const now = byId(after);
  const changes: MapChange[] = [];
  for (const [id, box] of now) {
    const previous = old.get(id);
    if (!previous) changes.push(change('added', box));
    else if (previous.state !== box.state) changes.push(change('changed', box));
  }
  for (const [id, box] of old) if (!now.has(id)) changes.push(change('removed', box));
  return changes;
}

/** Every container of a map by daemon and id, outer ones first. */
export function byId(daemon: MapDaemon): Map<string, MapContainer> {
  const found = new Map<string, MapContainer>();
  const visit = (each: MapDaemon) => {
    for (const box of each.containers) {
      found.set(`${each.id}/${box.id}`, box);
      box.daemons.forEach(visit);
    }
  };
  visit(daemon);
  return found;
}

function change(kind: MapChange['kind'], { name, level, state }: MapContainer): MapChange {
  return { kind, name, level, state };
}
