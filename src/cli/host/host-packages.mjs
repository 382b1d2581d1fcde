import { existsSync, readFileSync, statSync } from 'node:fs';
import { withLock } from './lock.mjs';
import { findCommand, isRoot, usesApt } from './machine.mjs';
import { PhaseError } from './phases.mjs';
import { becomesTrue, CommandError, run } from './run-command.mjs';
import { stopSignal } from './stop-signal.mjs';

/**
 * Everything that is ever installed on the host, and what shows that it is there. `optional`: the start goes on
 * without it, and the part that misses it says so.
 *
 * @typedef {{ name: string, neededFor: 'dependencies' | 'engine' | 'images' | 'test' | 'guest', isThere: () => boolean, optional?: boolean }} HostPackage
 * @type {HostPackage[]}
 */
const hostPackages = [
  { name: 'python3', neededFor: 'dependencies', isThere: hasCommand('python3') },
  { name: 'make', neededFor: 'dependencies', isThere: hasCommand('make') },
  { name: 'g++', neededFor: 'dependencies', isThere: hasCommand('g++') },
  { name: 'docker.io', neededFor: 'engine', isThere: () => ['dockerd', 'containerd', 'docker'].every(isCommand) },
  { name: 'iptables', neededFor: 'engine', isThere: hasCommand('iptables') },
  { name: 'iproute2', neededFor: 'engine', isThere: hasCommand('ip') },
  { name: 'mmdebstrap', neededFor: 'images', isThere: hasCommand('mmdebstrap'), optional: true },
  { name: 'chromium', neededFor: 'test', isThere: hasCommand('chromium') },
  { name: 'fonts-noto-cjk', neededFor: 'test', isThere: () => existsSync('/usr/share/fonts/opentype/noto') },
  { name: 'e2fsprogs', neededFor: 'guest', isThere: hasCommand('mke2fs') },
  { name: 'qemu-system-x86', neededFor: 'guest', isThere: hasCommand('qemu-system-x86_64') },
  { name: 'shellcheck', neededFor: 'test', isThere: hasCommand('shellcheck') },
];

/** @param {string} name */
const isCommand = (name) => findCommand(name) !== undefined;

/** @param {string} name */
function hasCommand(name) {
  return () => isCommand(name);
}

/**
 * @param {HostPackage['neededFor'][]} purposes
 * @returns {HostPackage[]}
 */
export const missingPackages = (purposes) =>
  hostPackages.filter((candidate) => purposes.includes(candidate.neededFor) && !candidate.isThere());

/** @param {HostPackage[]} packages */
export const aptLine = (packages) =>
  `${isRoot() ? '' : 'sudo '}apt-get install -y --no-install-recommends ${packages.map(({ name }) => name).join(' ')}`;

export const canInstall = () => isRoot() && usesApt();

/**
 * Stops with the line to type where packages are missing that only somebody else can install.
 *
 * @param {HostPackage[]} packages
 */
export function demandPackages(packages) {
  const required = packages.filter(({ optional }) => !optional);
  if (required.length === 0) return;
  const names = required.map(({ name }) => name).join(', ');
  throw new PhaseError(
    `Missing on this machine: ${names}.`,
    usesApt() ? aptLine(required) : `install with this system's package manager (Debian's names): ${names}`,
  );
}

/**
 * @param {HostPackage[]} packages
 * @param {import('./phases.mjs').Phase} phase
 */
export async function installPackages(packages, phase) {
  if (!canInstall()) return demandPackages(packages);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  /** @param {string[]} args */
  const apt = (args) =>
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=600', ...args], { log: phase.log(), env, stoppable: true });
  // apt's own timeout does not cover the lock of `update`, so two checkouts that start at once take turns here.
  await withLock('/run/lock/matryoshka-apt', async () => {
    const names = packages.filter(({ isThere }) => !isThere()).map(({ name }) => name);
    if (names.length === 0) return;
    phase.note(names.join(' '));
    // An installation that was killed half-way blocks the next one until dpkg has finished it.
    await run('dpkg', ['--configure', '-a'], { log: phase.log(), env }).catch(ignoreCommandError);
    await becomesTrue(() => stopSignal.aborted || !isLocked(aptLists), { milliseconds: 600_000, every: 500 });
    await apt(['update']).catch(ignoreCommandError); // one source that is down need not matter
    await apt(['install', '-y', '--no-install-recommends', ...names]).catch(ignoreCommandError);
  });
  // What counts is what is there now, not what apt says about one optional package among others.
  const missing = packages.filter(({ isThere, optional }) => !optional && !isThere());
  if (missing.length === 0) return;
  throw new PhaseError(
    `apt-get did not install ${missing.map(({ name }) => name).join(', ')}.`,
    `look at the log, then type: apt-get update && ${aptLine(missing)}`,
  );
}

// apt waits for dpkg's lock, but not for this one, which a machine that has just booted may hold for minutes.
const aptLists = '/var/lib/apt/lists/lock';

/** @param {string} file */
function isLocked(file) {
  try {
    return readFileSync('/proc/locks', 'utf8').includes(`:${statSync(file).ino} `);
  } catch {
    return false; // no such file, or a kernel that does not tell
  }
}

/** @param {unknown} error */
function ignoreCommandError(error) {
  if (!(error instanceof CommandError)) throw error; // what the command said is in the log
}
