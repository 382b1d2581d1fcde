import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { findCommand } from './machine.mjs';

/**
 * Does some work while no other process that takes the same lock does any.
 *
 * The kernel's own lock (flock) is held by a small child whose only task is to wait for the end of its input. When this
 * process ends in whatever way, kill -9 included, that input ends, the child ends and the lock is free: there is no
 * stale lock to detect and no race in breaking one, which a lock file with a pid in it cannot do without.
 *
 * @template T
 * @param {string} file made if missing, never removed
 * @param {() => T | Promise<T>} work
 * @param {{ waitSeconds?: number }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(file, work, { waitSeconds = 600 } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const flock = findCommand('flock');
  if (!flock) throw new Error('The command flock is missing. Install util-linux and start again.');
  const holder = spawn(flock, ['--timeout', String(waitSeconds), file, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true, // a Ctrl-C in the terminal must not take the lock away in the middle of the work
  });
  const ended = new Promise((resolve) => holder.once('close', resolve));
  const held = await new Promise((resolve) => {
    holder.stdout.once('data', () => resolve(true));
    holder.once('error', () => resolve(false));
    holder.once('close', () => resolve(false));
  });
  if (!held)
    throw new Error(`The lock ${file} was not free for ${waitSeconds} s. Which process holds it: fuser ${file}`);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
