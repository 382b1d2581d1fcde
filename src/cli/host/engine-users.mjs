import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from './machine.mjs';

/**
 * Who needs the private engine: one file each in `users/`. A process counts as long as it lives; a lab that outlives
 * the command that made it counts until its end. All functions expect the engine's lock to be held.
 *
 * @typedef {{ pid: number, started: string }} ProcessUser
 * @typedef {{ until: number }} TimedUser until: seconds since 1970
 */

/**
 * @param {string} folder
 * @param {number} pid
 */
export function addProcess(folder, pid) {
  write(folder, String(pid), { pid, started: startTimeOf(pid) ?? '' });
}

/**
 * @param {string} folder
 * @param {string} holder
 * @param {number} until
 */
export function addTimed(folder, holder, until) {
  write(folder, timedName(holder), { until });
}

/**
 * @param {string} folder
 * @param {string} name
 */
export const removeUser = (folder, name) => rmSync(join(folder, name), { force: true });

/** @param {string} folder */
export const hasTimedUsers = (folder) => readdirSync(folder).some((name) => name.startsWith('until-'));

/** @param {string} holder */
export const timedName = (holder) => `until-${encodeURIComponent(holder)}`;

/**
 * Removes the records of users that are gone.
 *
 * @param {string} folder
 * @param {{ now?: number, proc?: string }} [options] now: seconds since 1970
 * @returns {(ProcessUser | TimedUser)[]} the users that remain
 */
export function liveUsers(folder, { now = Date.now() / 1000, proc = '/proc' } = {}) {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).flatMap((name) => {
    const user = parse(readFileSync(join(folder, name), 'utf8'));
    if (user && isLive(user, now, proc)) return [user];
    removeUser(folder, name);
    return [];
  });
}

/**
 * @param {ProcessUser | TimedUser} user
 * @param {number} now
 * @param {string} proc
 */
function isLive(user, now, proc) {
  if ('until' in user) return user.until > now;
  return startTimeOf(user.pid, proc) === user.started;
}

/**
 * @param {string} text
 * @returns {ProcessUser | TimedUser | undefined}
 */
function parse(text) {
  try {
    const { pid, started, until } = JSON.parse(text);
    if (Number.isFinite(until)) return { until };
    return Number.isInteger(pid) && typeof started === 'string' ? { pid, started } : undefined;
  } catch {
    return undefined; // its writer was killed half-way
  }
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {ProcessUser | TimedUser} user
 */
function write(folder, name, user) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(user));
}
