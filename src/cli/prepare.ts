import { join } from 'node:path';
import {
  type Core,
  connectDocker,
  createCore,
  createLog,
  databaseFile,
  folders,
  type ImageOptions,
  type ImageProgress,
  LabCatalog,
  type LabSpec,
  labImages,
  type OpenRung,
  openIsolation,
  openSqliteStore,
  prepareDataDir,
  type Store,
} from '../server/app.ts';
import { type Config, readConfig } from '../server/config.ts';

/** Config with its data folder made and its store open: what every command begins with. */
export function openData(environment: NodeJS.ProcessEnv): { config: Config; store: Store } {
  const config = readConfig(environment);
  prepareDataDir(config);
  return { config, store: openSqliteStore(databaseFile(config)) };
}

/** Images, the engine that sandboxes run on, and a canary's verdict on it; what is there already is taken as it is. */
export async function openRung(
  config: Config,
  store: Store,
  progress: { onImage?: ImageProgress; onCanary?: (what: string) => void } = {},
): Promise<OpenRung> {
  return await openIsolation({
    docker: connectDocker(),
    dockerHost: config.dockerHost,
    setting: config.isolation,
    isPublic: config.isPublic,
    folder: config.dataDir,
    images: { ...imageOptions(config, store), ...(progress.onImage ? { onProgress: progress.onImage } : {}) },
    spec: await hungriestLab(),
    store,
    log: createLog(config),
    ...(progress.onCanary ? { onProgress: progress.onCanary } : {}),
  });
}

/** How images are made on the machine's engine. */
export function imageOptions(config: Config, store: Store): ImageOptions {
  return {
    docker: connectDocker(),
    folder: folders.images,
    install: store.installId,
    offline: config.offline,
    logFolder: join(config.dataDir, 'logs'),
  };
}

/** The lab that takes most memory: where it runs, all do. */
export async function hungriestLab(): Promise<LabSpec> {
  const { specs } = await LabCatalog.load(folders.labs, labImages);
  return specs.reduce((most, spec) => (spec.limits.memory > most.limits.memory ? spec : most));
}

/** Store, engine and lessons without a server, for commands that work on sandboxes directly. */
export async function openCore(environment: NodeJS.ProcessEnv): Promise<Core> {
  const { config, store } = openData(environment);
  return await createCore({ config, rung: await openRung(config, store), overrides: { store } });
}
