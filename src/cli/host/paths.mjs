import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that this file belongs to. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** The pinned Node that npm installs; the program never runs on the system's. */
export const pinnedNode = join(root, 'node_modules/.bin/node');

export const dataDir = resolve(root, process.env.LAB_DATA_DIR || 'var');

export const logsDir = join(dataDir, 'logs');

/** One private engine per machine, not per checkout; the variable is for tests and for machines with a second disk. */
export const privateEngineDir = resolve(process.env.MATRYOSHKA_ENGINE_DIR || '/var/lib/matryoshka');
