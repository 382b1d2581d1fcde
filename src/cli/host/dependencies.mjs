import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { withLock } from './lock.mjs';
import { findCommand } from './machine.mjs';
import { dataDir, pinnedNode, root } from './paths.mjs';
import { PhaseError } from './phases.mjs';
import { CommandError, run } from './run-command.mjs';

/** @typedef {'ready' | 'node-pty' | 'all'} Installation what there is to do: nothing, compile node-pty, or everything */

const marker = join(root, 'node_modules/.matryoshka-lock');

const npmLock = join(dataDir, 'npm.lock');

const lockFile = () => readFileSync(join(root, 'package-lock.json'), 'utf8');

/** The marker is the last thing that an installation writes: one that was killed half-way has none and is repeated. */
const expectedMarker = () => `${createHash('sha256').update(lockFile()).digest('hex')} ${process.arch}\n`;

/** @returns {Installation} */
export function missingInstallation() {
  if (!existsSync(pinnedNode)) return 'all';
  if (existsSync(marker) && readFileSync(marker, 'utf8') === expectedMarker()) return 'ready';
  const hiddenLock = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hiddenLock)) return 'all';
  return isInstalled(lockFile(), readFileSync(hiddenLock, 'utf8')) ? 'node-pty' : 'all';
}

/**
 * Whether npm's record of what it installed agrees with the lock file, so that an `npm ci` by hand counts as well.
 *
 * @param {string} wanted package-lock.json
 * @param {string} installed node_modules/.package-lock.json
 */
export function isInstalled(wanted, installed) {
  /** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */
  try {
    const there = /** @type {Packages} */ (JSON.parse(installed).packages);
    const asked = /** @type {Packages} */ (JSON.parse(wanted).packages);
    return Object.entries(asked).every(
      ([path, { version, optional }]) => path === '' || (there[path] ? there[path].version === version : optional),
    );
  } catch {
    return false;
  }
}

/** @param {import('./phases.mjs').Phase} phase */
export async function installDependencies(phase) {
  // Two starts in one checkout take turns; the second finds the work done.
  const lock = join(dataDir, 'install.lock');
  phase.log(); // says so in a sentence when the data folder cannot be written
  if (!findCommand('flock')) return installLocked(phase);
  await withLock(lock, async () => {
    await withLock(npmLock, () => {}); // an npm whose start was killed may be about to finish
    await installLocked(phase);
  });
}

/** @param {import('./phases.mjs').Phase} phase */
async function installLocked(phase) {
  const missing = missingInstallation();
  if (missing === 'ready') return;
  const log = phase.log();
  try {
    if (missing === 'all') {
      phase.note('npm ci');
      await npm(['ci', '--ignore-scripts', '--include=dev', '--include=optional'], log);
    }
    if (missing === 'all' || !(await loads('node-pty'))) {
      phase.note('compiling node-pty');
      await npm(['rebuild', 'node-pty'], log);
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new PhaseError(error.message, 'look at the log; when the network was the reason, just start again.');
  }
  phase.note('');
  writeFileSync(`${marker}.new`, expectedMarker());
  renameSync(`${marker}.new`, marker);
}

/**
 * An npm outlives us when we are killed. It holds a lock of its own, so that the next start waits for its end instead
 * of removing folders under its hands.
 *
 * @param {string[]} args
 * @param {number} log
 */
function npm(args, log) {
  const flock = findCommand('flock');
  const command = ['npm', ...args];
  const [file = '', ...rest] = flock ? [flock, '--no-fork', npmLock, ...command] : command;
  return run(file, rest, { log, cwd: root, env: npmEnvironment(), stoppable: true });
}

/** @param {string} name */
const loads = (name) =>
  run(pinnedNode, ['-e', `require(${JSON.stringify(name)})`], { cwd: root }).then(
    () => true,
    () => false,
  );

/** @returns {NodeJS.ProcessEnv} */
function npmEnvironment() {
  // The Node in node_modules must not run the npm that removes node_modules.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return {
    ...process.env,
    PATH: path.join(delimiter),
    // node-gyp would download the headers; the pinned Node brings its own.
    npm_config_nodedir: join(root, `node_modules/node-linux-${process.arch}`),
  };
}
