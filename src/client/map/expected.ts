import type { MapHost } from '../../shared/map.ts';
import { mapContainers } from '../../shared/map-tree.ts';

/** Containers of L1's daemon, and what runs inside each; as `map` in lesson.yaml. */
export type Shape = Readonly<Record<string, readonly string[]>>;

/** A container that was predicted and is nowhere yet. */
export interface Ghost {
  name: string;
  /** Name of the container that it should be in; undefined for L1. */
  inside: string | undefined;
}

/** What of a shape nobody has made yet; outer ones first. */
export function ghostsOf(shape: Shape, map: MapHost): Ghost[] {
  const names = new Set(mapContainers(map).map(({ box }) => box.name));
  return placesOf(shape).filter(({ name }) => !names.has(name));
}

/** Containers of a shape that exist, and only in another place than it says: by key, where they belong. */
export function misplacedIn(shape: Shape, map: MapHost): Map<string, string | undefined> {
  const found = mapContainers(map).map(({ box, chain }) => ({ key: box.key, name: box.name, inside: chain.at(-2) }));
  return new Map(
    placesOf(shape).flatMap(({ name, inside }) => {
      const namesakes = found.filter((each) => each.name === name);
      const isThere = namesakes.some((each) => each.inside === inside);
      return isThere ? [] : namesakes.map(({ key }): [string, string | undefined] => [key, inside]);
    }),
  );
}

function placesOf(shape: Shape): Ghost[] {
  return Object.entries(shape).flatMap(([outer, inner]) => [
    { name: outer, inside: undefined },
    ...inner.map((name) => ({ name, inside: outer })),
  ]);
}
