import type Docker from 'dockerode';
import { type Isolation, type Rung, rungs, type Verdict } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import type { IsolationSetting } from '../config.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { DockerEngine } from './docker-engine.ts';
import { earlierSandboxes } from './earlier-sandboxes.ts';
import { type EarlierSandbox, type Engine, EngineFailedError, NotReadyError } from './engine.ts';
import { type ImageOptions, imageVersion, type PreparedImages, prepareImage, prepareImages } from './images.ts';
import { runCanary } from './isolation-canary.ts';
import { factsOf, type Obstacle, obstacleOf } from './isolation-obstacles.ts';
import { LabEngine } from './lab-engine.ts';

/** No rung can be taken. The message names each with its reason and what would make it possible. */
export class IsolationError extends Error {}

export interface RungLook {
  rung: Rung;
  /** Whether the setting lets it in. */
  isLetIn: boolean;
  obstacle?: Obstacle | undefined;
  /** What the canary has found on this machine with these images; absent when it was not asked. */
  verdict?: Verdict | undefined;
}

/** The rungs that a setting lets in, in this order. Only the whole sentence lets the last one in. */
const rungsOf: Record<IsolationSetting, readonly Rung[]> = {
  auto: ['registered', 'lab-engine', 'sysbox', 'userns-remap'],
  matryoshka: ['registered', 'lab-engine'],
  sysbox: ['sysbox'],
  'userns-remap': ['userns-remap'],
  'privileged-i-trust-every-learner': ['privileged'],
};

const isolationOf: Record<Rung, Isolation> = {
  registered: 'matryoshka',
  'lab-engine': 'matryoshka',
  sysbox: 'sysbox',
  'userns-remap': 'userns-remap',
  privileged: 'privileged',
};

export interface OpenRung extends AsyncDisposable {
  engine: Engine;
  images: PreparedImages;
  verdict: Verdict;
  verdictId: number | undefined;
  /** What this install has in engines that it uses no more. */
  earlier(): Promise<EarlierSandbox[]>;
}

export interface IsolationOptions {
  docker: Docker;
  /** Value of DOCKER_HOST for the machine's engine. */
  dockerHost: string | undefined;
  setting: IsolationSetting;
  isPublic: boolean;
  /** Where a socket of ours may be made. */
  folder: string;
  images: ImageOptions;
  /** The lab that takes most memory; the canary is one of it. */
  spec: LabSpec;
  store: Store;
  log: Log;
  onProgress?: (what: string) => void;
}

/**
 * Takes the best rung of the ladder on which a canary lab stays inside. The canary's verdict is stored, and asked for
 * again only when engine, kernel, or images have changed.
 *
 * @throws {IsolationError} when there is none.
 */
export async function openIsolation(options: IsolationOptions): Promise<OpenRung> {
  const refused: string[] = [];
  for (const { rung, isLetIn, obstacle } of await lookAtRungs(options)) {
    if (!isLetIn) continue;
    try {
      if (obstacle) throw new IsolationError(`${obstacle.why} ${obstacle.fix}`);
      return await openRung(rung, options);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      options.log.info({ rung, why: error.message }, 'a rung is not taken');
      refused.push(`  ${rung}: ${error.message}`);
    }
  }
  throw new IsolationError(`Labs cannot be fenced off from this machine, so none is started.\n${refused.join('\n')}`);
}

function isRefusal(error: unknown): error is Error {
  return [IsolationError, EngineFailedError, NotReadyError].some((kind) => error instanceof kind);
}

/** Every rung with what stands in its way and what is known of it; starts nothing. */
export async function lookAtRungs(
  options: Pick<IsolationOptions, 'docker' | 'setting' | 'isPublic' | 'spec'> & {
    images: Pick<ImageOptions, 'folder'>;
    store?: Store | undefined;
  },
): Promise<RungLook[]> {
  const { docker, setting, store, images, spec } = options;
  const facts = await factsOf(docker, options);
  const looks = rungs.map(async (rung) => ({
    rung,
    isLetIn: rungsOf[setting].includes(rung),
    obstacle: obstacleOf(rung, facts, spec),
    verdict: (await store?.verdict(await subjectOf(rung, docker, images.folder)))?.verdict,
  }));
  return await Promise.all(looks);
}

/** All that a verdict depends on: when one of these changes, the canary is asked again. */
async function subjectOf(rung: Rung, docker: Docker, folder: string): Promise<string> {
  const { ID, DockerRootDir, KernelVersion, ServerVersion } = await docker.info();
  return [rung, ID, DockerRootDir, KernelVersion, ServerVersion, await imageVersion(folder)].join(' ');
}

/** The engine behind a rung, with its images, before anybody has judged it. */
export interface EnteredRung extends AsyncDisposable {
  docker: Docker;
  dockerHost: string | undefined;
  engine: DockerEngine;
  images: PreparedImages;
  earlier(): Promise<EarlierSandbox[]>;
}

/** @throws {EngineFailedError | ImageError} */
export async function enterRung(
  rung: Rung,
  options: Pick<IsolationOptions, 'docker' | 'dockerHost' | 'folder' | 'images' | 'log'>,
): Promise<EnteredRung> {
  await using stack = new AsyncDisposableStack();
  const isolation = isolationOf[rung];
  const { install } = options.images;
  let { docker, dockerHost } = options;
  let env: Record<string, string> = {};
  let own: string | undefined;
  if (rung === 'lab-engine') {
    const image = await prepareImage(options.images, 'engine');
    const labEngine = stack.use(await LabEngine.open({ ...options, image }));
    ({ docker, dockerHost, name: own } = labEngine);
    // A socket of this machine: certificates of the machine's engine do not belong there.
    env = { DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: '' };
  }
  const images = await prepareImages(options.images, { docker, isolation });
  const engine = stack.use(new DockerEngine({ docker, dockerHost, env, install, isolation, images }));
  const owned = stack.move();
  return {
    ...{ docker, dockerHost, engine, images },
    earlier: () => earlierSandboxes(options.docker, install, own),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openRung(rung: Rung, options: IsolationOptions): Promise<OpenRung> {
  await using stack = new AsyncDisposableStack();
  const { docker, store, log } = options;
  const { engine, images, earlier } = stack.use(await enterRung(rung, options));
  const subject = await subjectOf(rung, docker, options.images.folder);
  const stored = await store.verdict(subject);
  const verdict = stored?.verdict ?? (await judge(rung, engine, options));
  const verdictId = stored?.id ?? (await store.keepVerdict(subject, verdict));
  log.info({ ...verdict, stored: stored !== undefined }, 'isolation');
  if (options.isPublic && verdict.state !== 'green') {
    throw new IsolationError(`It is ${verdict.state}, and others than this machine can reach it. Use HOST=127.0.0.1.`);
  }
  const owned = stack.move();
  return { engine, images, verdict, verdictId, earlier, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** @throws {IsolationError} when a lab can get out of a rung that promises that it cannot. */
async function judge(rung: Rung, engine: Engine, options: IsolationOptions): Promise<Verdict> {
  const { commands, probes } = await runCanary(engine, options.spec, options.onProgress);
  const isolation = isolationOf[rung];
  const open = probes.flatMap((probe) => probe.open.map((id) => `${id} (${probe.place})`));
  const failed = commands.filter(({ worked }) => !worked);
  if (open.length > 0 && rung !== 'privileged') {
    throw new IsolationError(`The probe got out of a lab by ${open.join(', ')}. Please report this.`);
  }
  if (failed.length === commands.length) {
    throw new IsolationError(`No lab works: ${failed.map(({ id, detail }) => `${id}: ${detail}`).join('; ')}.`);
  }
  const isLess = failed.length > 0 || rung === 'userns-remap';
  return {
    ...{ rung, isolation, at: Date.now(), commands, probes },
    state: rung === 'privileged' ? 'red' : isLess ? 'yellow' : 'green',
  };
}
