import type Docker from 'dockerode';
import { imageHashes, imageReference } from './images/content-hash.ts';
import { goldenVolume, markVolume } from './images/golden.ts';
import { type ImageName, recipes } from './images/recipes.ts';
import { isMissing } from './images/workshop.ts';
import { engineName, labEngines, volumesOf } from './lab-engine.ts';

/** Something on the machine's engine that this version does not use. */
export interface OldThing {
  kind: 'container' | 'image' | 'volume';
  name: string;
  /** Nothing when it is gone already. @throws the engine's error when it is in use. */
  remove(): Promise<void>;
}

/**
 * What other versions, and builds that were cut short, left on the machine's engine. Another checkout may still use an
 * older version: it makes again what it misses.
 */
export async function oldVersions(docker: Docker, folder: string): Promise<OldThing[]> {
  const hashes = await imageHashes(folder);
  const engine = engineName(imageReference('engine', hashes));
  const [engines, containers, { Volumes }, images] = await Promise.all([
    labEngines(docker),
    docker.listContainers({ all: true, filters: { name: ['^/matryoshka-golden-.*-build$'] } }),
    docker.listVolumes({ filters: JSON.stringify({ name: ['matryoshka-'] }) } as object),
    docker.listImages({ filters: JSON.stringify({ reference: ['matryoshka/*'] }) }),
  ]);
  const inUse = new Set(engines.filter(({ state }) => state === 'running').flatMap(({ name }) => volumes(name)));
  const kept = new Set([...volumes(engine), goldenVolume(hashes.golden), markVolume(hashes.golden), ...inUse]);
  const references = new Set((Object.keys(recipes) as ImageName[]).map((name) => imageReference(name, hashes)));
  return [
    ...engines
      .filter(({ name, state }) => name !== engine && state !== 'running')
      .map(({ name }) => thing('container', name, () => docker.getContainer(name).remove({ force: true }))),
    // A build that is under way runs; whoever made it removes it.
    ...containers
      .filter(({ State }) => State !== 'running')
      .map(({ Id, Names }) => thing('container', Names[0]?.slice(1) ?? Id, () => docker.getContainer(Id).remove())),
    ...Volumes.filter(({ Name }) => Name.startsWith('matryoshka-') && !kept.has(Name)).map(({ Name }) =>
      thing('volume', Name, () => docker.getVolume(Name).remove()),
    ),
    ...images
      .flatMap(({ RepoTags }) => RepoTags ?? [])
      .filter((tag) => !references.has(tag))
      .map((tag) => thing('image', tag, () => docker.getImage(tag).remove())),
  ];
}

const volumes = (name: string) => Object.values(volumesOf(name));

function thing(kind: OldThing['kind'], name: string, remove: () => Promise<unknown>): OldThing {
  return {
    kind,
    name,
    async remove() {
      await remove().catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
  };
}
