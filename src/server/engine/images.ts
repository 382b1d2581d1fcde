import type Docker from 'dockerode';
import { bootstrapBase } from './images/bootstrap.ts';
import { buildImage } from './images/build.ts';
import { type ImageHashes, imageHashes, imageReference } from './images/content-hash.ts';
import { buildGolden, finishedGolden, goldenVolume } from './images/golden.ts';
import { ImageError } from './images/image-error.ts';
import { machineLock } from './images/machine-lock.ts';
import { Registries } from './images/pull.ts';
import { goldenImages, type ImageName, recipes } from './images/recipes.ts';
import { type ImageEvent, type ImageTarget, inspected, phase, readMessages, type Workshop } from './images/workshop.ts';

export { ImageError } from './images/image-error.ts';
export type { ImageEvent, ImageTarget } from './images/workshop.ts';

export interface PreparedImages {
  /** Reference of the sandbox image; its tag is the content hash. */
  sandbox: string;
  /** Name of the volume with the golden store. */
  golden: string;
  /** Images of the lessons that are our stand-ins and not the official ones, e.g. `alpine`, `docker:dind`. */
  standins: string[];
}

export type ImageProgress = (event: ImageEvent) => void;

export interface ImageOptions {
  /** The machine's engine: it pulls and builds. */
  docker: Docker;
  /** labs/images. */
  folder: string;
  /** What the golden store holds; every image of the lessons, unless a test needs less. */
  contents?: readonly ImageName[];
  /** Id of this installation. */
  install: string;
  /** Make nothing and ask no network: what is missing is an error. */
  offline: boolean;
  logFolder: string;
  onProgress?: ImageProgress;
  signal?: AbortSignal;
}

/**
 * Makes what sandboxes are made from, as far as the target does not have it yet, and tells its names. Only what the
 * sandbox needs counts: when sandbox and golden store are there, the images they came from may be gone.
 * Two calls at the same time, from one checkout or two, wait for each other. Rejects with an {@link ImageError}.
 */
export async function prepareImages(options: ImageOptions, target: ImageTarget): Promise<PreparedImages> {
  const { contents = goldenImages } = options;
  const hashes = await imageHashes(options.folder, contents);
  const missing = await missingOf(options.docker, target.docker, hashes, contents);
  if (missing.length > 0) {
    await using maker = await Maker.open(options, hashes, missing);
    await maker.supply(target, contents);
  } else {
    for (const image of ['sandbox', 'golden']) options.onProgress?.({ image, phase: 'cached', done: true, ms: 0 });
  }
  const golden = await finishedGolden(target.docker, hashes.golden);
  return {
    sandbox: imageReference('sandbox', hashes),
    golden: goldenVolume(hashes.golden),
    standins: golden?.standins ?? [],
  };
}

/** Makes one image where it is missing, and tells its reference. Rejects with an {@link ImageError}. */
export async function prepareImage(options: ImageOptions, name: ImageName): Promise<string> {
  const hashes = await imageHashes(options.folder);
  const reference = imageReference(name, hashes);
  if (!(await inspected(options.docker.getImage(reference)))) {
    // Where it is missing, so is the rest: offline everything is named.
    const missing = options.offline ? await missingOf(options.docker, options.docker, hashes, goldenImages) : [];
    await using maker = await Maker.open(options, hashes, [name, ...missing]);
    await maker.make(name);
  }
  return reference;
}

/** Reference of the lab engine's image, made or not. */
export async function engineImage(folder: string): Promise<string> {
  return imageReference('engine', await imageHashes(folder));
}

/** Changes with everything that labs are made from. */
export async function imageVersion(folder: string): Promise<string> {
  const { engine, sandbox, golden } = await imageHashes(folder);
  return [engine, sandbox, golden].join('-');
}

async function missingOf(
  docker: Docker,
  target: Docker,
  hashes: ImageHashes,
  contents: readonly ImageName[],
): Promise<string[]> {
  const missing = new Set<string>();
  const look = async (name: ImageName): Promise<void> => {
    if (missing.has(name) || (await inspected(docker.getImage(imageReference(name, hashes))))) return;
    for (const ingredient of recipes[name].from) await look(ingredient);
    missing.add(name);
  };
  if (!(await inspected(target.getImage(imageReference('sandbox', hashes))))) {
    await look('sandbox');
    missing.add('sandbox');
  }
  if (!(await finishedGolden(target, hashes.golden))) {
    for (const name of contents) await look(name);
    missing.add('golden');
  }
  return [...missing];
}

function offlineError(missing: string[]): ImageError {
  return new ImageError(`not made yet, and the start is offline. Missing: ${missing.join(', ')}.`, {
    image: missing[0] ?? '',
    phase: 'cached',
    fix: 'Start once without --offline.',
  });
}

/** Makes the images of one preparation, each once, several at a time where one does not need the other. */
class Maker implements AsyncDisposable {
  readonly #workshop: Workshop;
  readonly #hashes: ImageHashes;
  readonly #registries = new Registries();
  readonly #made = new Map<ImageName, Promise<string>>();
  readonly #stop = new AbortController();

  #lock: AsyncDisposable | undefined;

  private constructor(options: ImageOptions, hashes: ImageHashes) {
    this.#hashes = hashes;
    const signals = options.signal ? [options.signal, this.#stop.signal] : [this.#stop.signal];
    this.#workshop = {
      docker: options.docker,
      folder: options.folder,
      install: options.install,
      logFolder: options.logFolder,
      onProgress: options.onProgress ?? (() => {}),
      signal: AbortSignal.any(signals),
    };
  }

  /** Waits until nobody else makes images on this engine. */
  static async open(options: ImageOptions, hashes: ImageHashes, missing: string[]): Promise<Maker> {
    if (options.offline) throw offlineError(missing);
    const maker = new Maker(options, hashes);
    // Older engines on one machine share an ID; together with the data root it is one engine's own.
    const { ID, DockerRootDir } = (await options.docker.info()) as { ID: string; DockerRootDir: string };
    const detail = 'another start is making the images';
    const onWait = () => options.onProgress?.({ image: missing[0] ?? '', phase: 'cached', detail });
    maker.#lock = await machineLock(`images ${ID} ${DockerRootDir}`, options.signal, onWait);
    return maker;
  }

  /** Gives the target its sandbox image and a golden store with those contents. */
  async supply(target: ImageTarget, contents: readonly ImageName[]): Promise<void> {
    const sandbox = this.#handOver('sandbox', target);
    // Looked at again: another process may have made it while this one waited for the lock.
    if (await finishedGolden(target.docker, this.#hashes.golden)) {
      await sandbox;
      return;
    }
    const parts = contents.map(async (name) => ({ name, reference: await this.make(name) }));
    const [images] = await Promise.all([Promise.all(parts), sandbox]);
    const fix = 'Start again: finished images are kept.';
    await phase(this.#workshop, 'golden', 'golden', fix, async (log) =>
      buildGolden(this.#workshop, target, { hash: this.#hashes.golden, sandbox: await sandbox, images }, log),
    );
  }

  /** An image of the machine's engine becomes one of the target's. */
  async #handOver(name: ImageName, target: ImageTarget): Promise<string> {
    const reference = imageReference(name, this.#hashes);
    const { docker } = this.#workshop;
    if (await inspected(target.docker.getImage(reference))) return reference;
    await this.make(name);
    if (target.docker === docker) return reference;
    const fix = 'Start again: the finished image is kept.';
    await phase(this.#workshop, name, 'import', fix, async (log) => {
      const archive = await docker.getImage(reference).get();
      const words = await target.docker.loadImage(archive, { quiet: true });
      await readMessages(words, async ({ stream }) => (stream ? await log(stream) : undefined));
    });
    return reference;
  }

  /** The image, made when it is missing; answers its reference. */
  make(name: ImageName): Promise<string> {
    let made = this.#made.get(name);
    if (!made) {
      made = this.#makeOnce(name);
      this.#made.set(name, made);
    }
    return made;
  }

  async #makeOnce(name: ImageName): Promise<string> {
    const workshop = this.#workshop;
    const recipe = recipes[name];
    const reference = imageReference(name, this.#hashes);
    if (await inspected(workshop.docker.getImage(reference))) {
      workshop.onProgress({ image: name, phase: 'cached', done: true, ms: 0 });
      return reference;
    }
    if (recipe.official && (await this.#pull(name, recipe.official, reference))) return reference;

    const { folder, target } = recipe;
    const args: Record<string, string> = {};
    for (const ingredient of recipe.from) args[ingredient.toUpperCase()] = await this.make(ingredient);
    const fix = 'Look into the log, then start again: finished steps are kept.';
    if (name === 'base') {
      await phase(workshop, name, 'bootstrap', fix, (log) => bootstrapBase(workshop, reference, log));
    } else {
      await phase(workshop, name, 'build', fix, (log) =>
        buildImage(workshop, { image: name, folder, target, reference, args }, log),
      );
    }
    return reference;
  }

  async #pull(name: ImageName, official: string, reference: string): Promise<boolean> {
    const reason = await phase(
      this.#workshop,
      name,
      'pull',
      'Start again.',
      (log) => this.#registries.pull(this.#workshop, official, reference, log),
      (reason) => reason && `${official} cannot be pulled: a stand-in is made`,
    );
    return reason === undefined;
  }

  /** Ends what is still under way after a failure, and waits for it: nothing goes on once the caller has its error. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#made.values());
    await this.#lock?.[Symbol.asyncDispose]();
  }
}
