import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeNetwork, removeNetwork, settleRules } from './engine-network.mjs';
import { endProcesses, processesOf, socketOf, startProcesses } from './engine-processes.mjs';
import { addProcess, addTimed, liveUsers, removeUser, timedName } from './engine-users.mjs';
import { withLock } from './lock.mjs';
import { privateEngineDir } from './paths.mjs';
import { pingEngine } from './ping-engine.mjs';
import { becomesTrue } from './run-command.mjs';

/**
 * The private engine: one per machine, started by the first that needs it, adopted by those that come later, ended with
 * the last. Its images stay. In its folder:
 *
 *   data/ exec/ containerd/   dockerd's and containerd's
 *   docker.sock dockerd.log   where it listens and what it says
 *   users/                    who needs it (engine-users.mjs)
 *   network.json last-range   what it took from the host's network
 *   lock                      held by whoever starts, ends or counts
 */

/** @param {string} dir */
export const privateEngineHost = (dir = privateEngineDir) => `unix://${socketOf(dir)}`;

/** @param {string} dir */
const usersOf = (dir) => join(dir, 'users');

/** @param {string} dir */
const lockOf = (dir) => join(dir, 'lock');

/** @param {string} dir */
const answers = async (dir) =>
  existsSync(socketOf(dir)) && (await pingEngine(privateEngineHost(dir), { milliseconds: 5000 })) === 'answers';

// Ending an engine that is only busy would end every lab on it.
const hungMilliseconds = 60_000;

/** @param {string} dir */
async function isUsable(dir) {
  let isUp = false;
  const isDecided = async () => {
    if (enginePids(dir).length < 2) return true; // it may be dying just now
    isUp = await answers(dir);
    return isUp;
  };
  await becomesTrue(isDecided, { milliseconds: hungMilliseconds, every: 250 });
  return isUp;
}

/**
 * @param {string} [dir]
 * @returns {number[]} of dockerd and containerd; fewer than two when the engine is not whole
 */
export const enginePids = (dir = privateEngineDir) =>
  processesOf(dir).flatMap(({ pid, name }) => (name === 'dockerd' || name === 'containerd' ? [pid] : []));

/**
 * Counts this process as a user and starts the engine unless it answers. Safe to repeat: that is how an engine that
 * died under its users is brought back.
 *
 * @param {{ dir?: string, pid?: number }} [options]
 * @returns {Promise<'started' | 'adopted'>}
 */
export async function usePrivateEngine({ dir = privateEngineDir, pid = process.pid } = {}) {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o700); // whoever reaches the socket is root on this machine
  return withLock(lockOf(dir), async () => {
    addProcess(usersOf(dir), pid);
    if (await isUsable(dir)) return 'adopted';
    try {
      await cleanUp(dir);
      const network = await makeNetwork(dir);
      await startProcesses(dir, network);
      await settleRules(dir, network);
    } catch (error) {
      removeUser(usersOf(dir), String(pid));
      if (liveUsers(usersOf(dir)).length === 0) await cleanUp(dir);
      throw error;
    }
    return 'started';
  });
}

/**
 * Stops counting this process; ends the engine when it was the last user.
 *
 * @param {{ dir?: string, pid?: number }} [options]
 * @returns {Promise<'ended' | 'still used'>}
 */
export async function leavePrivateEngine({ dir = privateEngineDir, pid = process.pid } = {}) {
  return withLock(lockOf(dir), async () => {
    removeUser(usersOf(dir), String(pid));
    return endUnlessUsed(dir);
  });
}

/**
 * Keeps the private engine for a lab that outlives the command that made it. Does nothing when this program uses
 * another engine.
 *
 * @param {number} unixSeconds when the lab ends at the latest
 * @param {string} [holder] the lab's id: a later call with the same one replaces the time
 * @param {{ dir?: string, host?: string | undefined }} [options]
 */
export async function keepEngineUntil(unixSeconds, holder = String(unixSeconds), options = {}) {
  const { dir = privateEngineDir, host = process.env.DOCKER_HOST } = options;
  if (host !== privateEngineHost(dir)) return;
  await withLock(lockOf(dir), () => addTimed(usersOf(dir), holder, unixSeconds));
  // Nobody may be left to notice that the time is over, hence a small process of its own; it takes what it has to know
  // from users/, so that several of them, or a dead one, do no harm.
  const watcher = fileURLToPath(new URL('./engine-watcher.mjs', import.meta.url));
  spawn(process.execPath, [watcher, dir], { detached: true, stdio: 'ignore', cwd: '/' }).unref();
}

/**
 * The counterpart of `keepEngineUntil`, for a lab that ended before its time.
 *
 * @param {string} holder
 * @param {{ dir?: string, host?: string | undefined }} [options]
 */
export async function letEngineGo(holder, { dir = privateEngineDir, host = process.env.DOCKER_HOST } = {}) {
  if (host !== privateEngineHost(dir)) return;
  await withLock(lockOf(dir), async () => {
    removeUser(usersOf(dir), timedName(holder));
    await endUnlessUsed(dir);
  });
}

/**
 * @param {string} dir
 * @returns {Promise<number | undefined>} until when, in seconds since 1970, somebody needs the engine; undefined when
 *   nobody does, Infinity when a process does. Ends an engine that nobody needs.
 */
export async function neededUntil(dir) {
  return withLock(lockOf(dir), async () => {
    await endUnlessUsed(dir);
    const ends = liveUsers(usersOf(dir)).map((user) => ('until' in user ? user.until : Number.POSITIVE_INFINITY));
    return ends.length > 0 ? Math.min(...ends) : undefined;
  });
}

/**
 * @param {string} dir
 * @returns {Promise<'ended' | 'still used'>}
 */
async function endUnlessUsed(dir) {
  if (liveUsers(usersOf(dir)).length > 0) return 'still used';
  await cleanUp(dir);
  return 'ended';
}

/** @param {string} dir */
async function cleanUp(dir) {
  await endProcesses(dir);
  await removeNetwork(dir);
}
