import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import Docker from 'dockerode';
import { pino } from 'pino';
import type { LabSpec } from '../shared/lab-spec.ts';
import { type Config, ConfigError } from './config.ts';
import type { Engine } from './engine/engine.ts';
import { labImages } from './engine/images/recipes.ts';
import type { PreparedImages } from './engine/images.ts';
import type { OpenRung } from './engine/isolation.ts';
import { createControl, listenControl } from './http/control.ts';
import { createHttpSide, type HttpSide, listen } from './http/http-server.ts';
import { Links } from './instructors/links.ts';
import { Blocks } from './labs/blocks.ts';
import { Capacity } from './labs/capacity.ts';
import { Checks } from './labs/checks.ts';
import { Course } from './labs/course.ts';
import { Egress } from './labs/egress.ts';
import { EventRecorder } from './labs/event-recorder.ts';
import { Feed } from './labs/feed.ts';
import { LabCatalog } from './labs/lab-catalog.ts';
import { LabManager } from './labs/lab-manager.ts';
import { LabViews } from './labs/lab-views.ts';
import { LessonCatalog } from './labs/lesson-catalog.ts';
import { LimitWatch } from './labs/limit-watch.ts';
import { Pool } from './labs/pool.ts';
import { Reaper } from './labs/reaper.ts';
import { lackingOn } from './labs/requirements.ts';
import { Sandboxes } from './labs/sandboxes.ts';
import { StepScripts } from './labs/step-scripts.ts';
import type { Log } from './log.ts';
import { Compare } from './maps/compare.ts';
import { locateShells } from './maps/locate.ts';
import { MapWatcher } from './maps/map-watcher.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { spawnNodePty } from './terminals/node-pty.ts';
import type { SpawnPty } from './terminals/pty.ts';
import { Recordings } from './terminals/recordings.ts';
import { Terminals } from './terminals/terminals.ts';
import { Transcripts } from './terminals/transcript.ts';

export type { LabSpec } from '../shared/lab-spec.ts';
export type { ShellCommand } from './engine/engine.ts';
// The command line knows the server by this file alone.
export { contentHash, readContext } from './engine/images/content-hash.ts';
export { machineLock } from './engine/images/machine-lock.ts';
export { labImages } from './engine/images/recipes.ts';
export { engineImage, type ImageOptions, type ImageProgress, imageVersion, prepareImage } from './engine/images.ts';
export {
  enterRung,
  IsolationError,
  lookAtRungs,
  type OpenRung,
  openIsolation,
  type RungLook,
} from './engine/isolation.ts';
export { destroyLabEngine, engineName, type LabEngineStatus, labEngines } from './engine/lab-engine.ts';
export { oldVersions } from './engine/old-versions.ts';
export { OuterEngine } from './engine/outer-engine.ts';
export { type ProbeReport, probePlaces, probeSandbox } from './engine/probe.ts';
export { AlreadyRunningError, answers, type ControlAnswers } from './http/control.ts';
export { Capacity } from './labs/capacity.ts';
export { Feed } from './labs/feed.ts';
export { LabCatalog } from './labs/lab-catalog.ts';
export { leftSandboxes } from './labs/left-sandboxes.ts';
export { type Lesson, LessonCatalog, type ScriptKind } from './labs/lesson-catalog.ts';
export { lintLessons } from './labs/lesson-lint.ts';
export { Pool } from './labs/pool.ts';
export { lackingOn } from './labs/requirements.ts';
export type { LiveSandbox } from './labs/sandboxes.ts';
export type { Log } from './log.ts';
export { lookAt } from './maps/looker.ts';
export { MapWatcher } from './maps/map-watcher.ts';
export { openSqliteStore } from './store/sqlite-store.ts';
export type { LabRow, Store } from './store/store.ts';
export { spawnNodePty } from './terminals/node-pty.ts';

const root = join(import.meta.dirname, '../..');
export const folders = {
  root,
  images: join(root, 'labs/images'),
  labs: join(root, 'labs'),
  lessons: join(root, 'lessons'),
  site: join(root, 'dist'),
};

/** More labs than this need a look at the machine first, whatever its memory. */
const mostLabs = 200;

/** Everything between the configuration and a listening server, replaceable in tests. */
export interface AppOptions {
  config: Config;
  /** The engine of the sandboxes; it is disposed of with the rest. */
  rung: OpenRung;
  /** Where the built site is; undefined where something else serves it. */
  site?: string | undefined;
  overrides?: {
    store?: Store;
    spawn?: SpawnPty;
    log?: Log;
    lessons?: LessonCatalog;
    labs?: LabCatalog;
  };
}

/** The parts that work without a browser; the command line uses them directly where no server runs. */
export interface Core extends AsyncDisposable {
  config: Config;
  engine: Engine;
  rung: OpenRung;
  store: Store;
  recorder: EventRecorder;
  sandboxes: Sandboxes;
  scripts: StepScripts;
  lessons: LessonCatalog;
  labs: { specs: readonly LabSpec[]; spec(id: string): LabSpec | undefined };
  log: Log;
}

export interface App extends Core {
  manager: LabManager;
  checks: Checks;
  pool: Pool;
  links: Links;
  views: LabViews;
  feed: Feed;
  http: HttpSide;
  /**
   * Takes the data folder, reconciles engine and store, and fills the pool.
   *
   * @throws {AlreadyRunningError} when another server runs on the data folder.
   */
  start(): Promise<void>;
  /** @throws Node's error when the address cannot be listened on. */
  listen(): Promise<Server>;
}

export function createLog(config: Config): Log {
  return pino({ level: config.logLevel, base: null }, pino.destination({ dest: logFile(config), sync: true }));
}

export function logFile(config: Config): string {
  return join(config.dataDir, 'logs', 'server.log');
}

export function databaseFile(config: Config): string {
  return join(config.dataDir, 'matryoshka.db');
}

export function controlSocket(config: Config): string {
  return join(config.dataDir, 'control.sock');
}

/** Makes the data folder. @throws {ConfigError} naming LAB_DATA_DIR when it cannot be written. */
export function prepareDataDir(config: Config): void {
  try {
    mkdirSync(join(config.dataDir, 'logs'), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ConfigError(
      `LAB_DATA_DIR=${config.dataDir} cannot be written (${(error as NodeJS.ErrnoException).code}): ` +
        'choose a folder that this user may write.',
    );
  }
}

/** dockerode for the engine of DOCKER_HOST, as the docker command would use it. */
export function connectDocker(): Docker {
  return new Docker();
}

export async function createCore({ config, rung, overrides = {} }: AppOptions): Promise<Core> {
  await using stack = new AsyncDisposableStack();
  const log = overrides.log ?? createLog(config);
  const store = stack.use(overrides.store ?? openSqliteStore(databaseFile(config)));
  if (store.copyOf) log.warn({ original: store.copyOf }, 'the data folder is a copy: the labs stay with the original');
  const { engine, images } = stack.use(rung);
  const labs = settled(overrides.labs ?? (await LabCatalog.load(folders.labs, labImages)), config, images);
  const lessons = overrides.lessons ?? (await LessonCatalog.load(folders.lessons));
  const recorder = stack.use(new EventRecorder({ engine, folder: join(config.dataDir, 'events'), log }));
  const egress = stack.use(new Egress({ engine, allowed: config.egress, log }));
  const sandboxes = new Sandboxes({ store, engine, recorder, egress, lease: config.lease, log });
  stack.defer(() => sandboxes.settled());
  const scripts = new StepScripts(engine, lessons, recorder);
  const owned = stack.move();
  return {
    config,
    engine,
    rung,
    store,
    recorder,
    sandboxes,
    scripts,
    lessons,
    labs,
    log,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Builds and wires everything; disposing it ends all labs and removes every sandbox. */
export async function createApp(options: AppOptions): Promise<App> {
  await using stack = new AsyncDisposableStack();
  const core = stack.use(await createCore(options));
  const { config, engine, rung, store, sandboxes, scripts, lessons, labs, log } = core;
  const info = await engine.info();
  const { verdict, verdictId } = rung;
  const { isolation } = verdict;
  const feed = new Feed();
  const transcripts = new Transcripts(join(config.dataDir, 'terminals'));
  const recordings = new Recordings(join(config.dataDir, 'recordings'));
  const { maxLabs = mostLabs, memoryFloor: floor } = config;
  const capacity = new Capacity({ store, engine, specs: labs.specs, memory: info.memory, maxLabs, floor });
  const pool = stack.use(new Pool({ store, capacity, sandboxes, specs: labs.specs, size: config.poolSize, log }));
  const spawn = options.overrides?.spawn ?? spawnNodePty;
  const terminals: Terminals = stack.use(
    new Terminals({
      ...{ engine, spawn, transcripts, recordings, feed, log },
      locate: (ref) => locateShells(engine, ref),
      onActivity: (id) => unheard(manager.touch(id), log),
      onChange: (id) => unheard(manager.announce(id), log),
    }),
  );
  const manager: LabManager = new LabManager({
    store,
    sandboxes,
    pool,
    feed,
    specs: labs,
    isolation,
    verdictId,
    capacity,
    terminalsOf: (lab, spec) => terminals.views(lab, spec),
    log,
  });
  const maps = stack.use(new MapWatcher({ engine, onEvent: (listener) => core.recorder.listen(listener), feed, log }));
  const stir = async (ref: string) => {
    const sandbox = (await store.sandboxesIn(['ready'])).find(({ engineRef }) => engineRef === ref);
    if (sandbox?.labId) feed.emit('stirred', sandbox.labId);
  };
  stack.defer(core.recorder.listen((ref) => unheard(stir(ref), log)));
  stack.use(new LimitWatch({ engine, store, feed, log }));
  const compare = new Compare(engine);
  const checks = stack.use(new Checks({ store, manager, lessons, scripts, feed, log }));
  const course = new Course({ store, lessons, feed });
  const blocks = new Blocks({ engine, manager, terminals, course, checks });
  const server = { isolation, standins: info.standins, cgroup: info.cgroup, lacks: lackingOn(info) };
  const views = new LabViews({ store, manager, checks, maps, server });
  const links = new Links(store);
  const http = stack.use(
    createHttpSide({
      ...{ config, engine, store, pool, manager, lessons, course, checks, scripts, blocks, views, maps, compare },
      ...{ terminals, recordings, links, feed, log, verdict, site: options.site },
    }),
  );
  // Disposed in reverse: nothing is judged any more, all labs end while their pages still listen, then the rest.
  stack.use(manager);
  const reaper = stack.use(
    new Reaper({ ...{ store, engine, manager, pool, sandboxes, feed, specs: labs, log }, earlier: core.rung.earlier }),
  );
  const owned = stack.move();
  return {
    ...core,
    ...{ manager, checks, pool, links, views, feed, http },
    async start() {
      const control = createControl({
        ...{ store, engine, maps, manager, views, links, log },
        newLearner: () => http.sessions.createLearner(),
        address: () => http.origins.main,
      });
      owned.use(await listenControl(control, controlSocket(config)));
      await reaper.start();
      pool.fill();
    },
    async listen() {
      const listening = await listen(http, config);
      owned.defer(() => {
        listening.closeAllConnections();
        listening.close();
      });
      return listening;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Lifetimes of the settings replace those of lab.yaml, and images are named by what is in them. */
function settled(catalog: LabCatalog, { life, egress }: Config, images: PreparedImages): Core['labs'] {
  const image = `${images.sandbox} ${images.golden}`;
  const specs = catalog.specs.map((spec) => ({
    ...spec,
    image,
    egress: egress.length > 0,
    life: { ...spec.life, ...life },
  }));
  return { specs, spec: (id) => specs.find((spec) => spec.id === id) };
}

/** For what nobody waits for; what fails is tried again by itself or was only to be told. */
function unheard(action: Promise<void>, log: Log): void {
  action.catch((error: Error) => log.warn({ error: error.message }, 'a lab was not kept up to date'));
}
