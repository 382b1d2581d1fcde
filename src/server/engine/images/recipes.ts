/** How one image is made. */
export interface Recipe {
  /** Folder under labs/images with the Dockerfile, or, for the base, bootstrap.sh. */
  folder: string;
  /** Pulled where a registry answers; else the folder makes a stand-in. Without it the folder always makes the image. */
  official?: string;
  /** Stage of the Dockerfile, where one file makes several images. */
  target?: string;
  /** Built on these; each is handed to the Dockerfile as a build argument in capitals. */
  from: ImageName[];
  /** Names that the image has in the sandbox's own engine. */
  tags?: string[];
}

export type ImageName =
  | 'base'
  | 'daemon'
  | 'probe'
  | 'sandbox'
  | 'engine'
  | 'alpine'
  | 'busybox'
  | 'cli'
  | 'dind'
  | 'dind-rootless'
  | 'kicbase';

/** The name by which the article that this course goes back to runs it. */
const kicbase = 'registry.cn-hangzhou.aliyuncs.com/google_containers/kicbase:v0.0.32';

export const recipes: Record<ImageName, Recipe> = {
  base: { folder: 'base', official: 'debian:trixie-slim', from: [] },
  daemon: { folder: 'daemon', from: ['base'] },
  probe: { folder: 'probe', from: ['base'] },
  sandbox: { folder: 'sandbox', from: ['daemon', 'probe'] },
  engine: { folder: 'engine', from: ['daemon'] },
  alpine: { folder: 'alpine', official: 'alpine:latest', from: ['daemon'], tags: ['alpine'] },
  // Its own pull, because alpine's BusyBox has no httpd; the stand-in is alpine's.
  busybox: { folder: 'alpine', official: 'busybox:latest', from: ['daemon'], tags: ['busybox'] },
  cli: {
    folder: 'cli',
    official: 'docker:cli',
    from: ['daemon', 'alpine'],
    tags: ['docker:latest', 'docker:cli'],
  },
  dind: { folder: 'dind', target: 'dind', official: 'docker:dind', from: ['daemon', 'cli'], tags: ['docker:dind'] },
  'dind-rootless': {
    folder: 'dind',
    target: 'rootless',
    official: 'docker:dind-rootless',
    from: ['daemon', 'cli'],
    tags: ['docker:dind-rootless'],
  },
  kicbase: { folder: 'kicbase', official: kicbase, from: ['daemon'], tags: ['kicbase:v0.0.32', kicbase] },
};

/** What the golden store holds, in this order. */
export const goldenImages: ImageName[] = ['alpine', 'busybox', 'cli', 'dind', 'dind-rootless', 'kicbase'];

/** Every name that an image has in a lab. */
export const labImages = goldenImages
  .flatMap((name) => recipes[name].tags ?? [])
  .map((tag) => (tag.includes(':') ? tag : `${tag}:latest`));

export const standinLabel = 'org.matryoshka.standin';

/** Raised when code, not a file under labs/images, changes what comes out; part of every content hash. */
export const recipeVersion = 1;
