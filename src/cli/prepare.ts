import { join } from 'node:path';
import type { Store } from '../server/app.ts';
import {
  type Core,
  connectDocker,
  createCore,
  folders,
  type ImageProgress,
  openSqliteStore,
  type PreparedImages,
  prepareDataDir,
  prepareImages,
} from '../server/app.ts';
import { type Config, readConfig } from '../server/config.ts';

/** Config with its data folder made and its store open: what every command begins with. */
export function openData(environment: NodeJS.ProcessEnv): { config: Config; store: Store } {
  const config = readConfig(environment);
  prepareDataDir(config);
  return { config, store: openSqliteStore(join(config.dataDir, 'matryoshka.db')) };
}

/** The images that sandboxes are made from, built or pulled where they are missing. */
export async function images(config: Config, store: Store, onProgress?: ImageProgress): Promise<PreparedImages> {
  return await prepareImages({
    docker: connectDocker(),
    folder: folders.images,
    install: store.installId,
    offline: config.offline,
    logFolder: join(config.dataDir, 'logs'),
    ...(onProgress ? { onProgress } : {}),
  });
}

/** Store, engine and lessons without a server, for commands that work on sandboxes directly. */
export async function openCore(environment: NodeJS.ProcessEnv): Promise<Core> {
  const { config, store } = openData(environment);
  return await createCore({ config, images: await images(config, store), overrides: { store } });
}
