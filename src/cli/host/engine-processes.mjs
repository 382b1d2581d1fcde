import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemPath } from './machine.mjs';
import { PhaseError } from './phases.mjs';
import { pingEngine } from './ping-engine.mjs';
import { becomesTrue, CommandError, run } from './run-command.mjs';

const startMilliseconds = 90_000;

// dockerd gives its containers 10 s to end, and lets itself 15 s.
const stopMilliseconds = 40_000;

const logBytes = 10 * 1024 * 1024;

const groups = '/sys/fs/cgroup';

/** @param {string} dir */
export const socketOf = (dir) => join(dir, 'docker.sock');

/** @param {string} dir */
export const logOf = (dir) => join(dir, 'dockerd.log');

/** @param {string} dir */
const containerdSocket = (dir) => join(dir, 'containerd.sock');

/**
 * Starts containerd and dockerd, and waits until the engine answers. Both get a session of their own, so that neither a
 * Ctrl-C nor the end of the terminal reaches them. containerd is ours rather than dockerd's child because dockerd would
 * take the system's containerd where there is one, and because starting and ending is a second faster.
 *
 * @param {string} dir
 * @param {{ bridge: string, pool: string }} network
 */
export async function startProcesses(dir, { bridge, pool }) {
  writeFileSync(join(dir, 'containerd.toml'), containerdConfig(dir));
  writeFileSync(join(dir, 'daemon.json'), '{}\n');
  rmSync(join(dir, 'dockerd.pid'), { force: true }); // dockerd refuses to start while its number belongs to anybody
  const containerdArguments = ['--config', join(dir, 'containerd.toml')];
  const containerd = startDetached('containerd', containerdArguments, join(dir, 'containerd.log'));
  const dockerd = startDetached('dockerd', dockerdArguments(dir, bridge, pool), logOf(dir));
  const hasEnded = () => containerd.hasEnded() || dockerd.hasEnded();
  const answers = () => pingEngine(`unix://${socketOf(dir)}`, { milliseconds: 1000 });
  let isUp = false;
  const isDecided = async () => {
    isUp = (await answers()) === 'answers';
    return isUp || hasEnded();
  };
  await becomesTrue(isDecided, { milliseconds: startMilliseconds });
  if (isUp) return;
  const lines = readFileSync(logOf(dir), 'utf8').trimEnd().split('\n').slice(-15);
  throw new PhaseError(
    [
      hasEnded()
        ? 'The private engine ended while it started.'
        : `The private engine did not answer in ${startMilliseconds / 1000} s.`,
      ...lines,
    ].join('\n'),
    `read ${logOf(dir)}; or start an engine yourself and set DOCKER_HOST to it.`,
  );
}

/** @param {string} dir */
const containerdConfig = (dir) => `version = 2
root = "${dir}/containerd"
state = "${dir}/exec/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "${containerdSocket(dir)}"
`;

/**
 * @param {string} dir
 * @param {string} bridge
 * @param {string} pool
 */
const dockerdArguments = (dir, bridge, pool) => [
  ...['--config-file', join(dir, 'daemon.json')], // empty: the settings of another engine are not ours
  ...['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'dockerd.pid')],
  ...['--host', `unix://${socketOf(dir)}`, '--containerd', containerdSocket(dir)],
  ...['--bridge', bridge, '--default-address-pool', `base=${pool},size=28`],
  ...['--userland-proxy=false', '--ip6tables=false'],
  ...['--log-opt', 'max-size=5m', '--log-opt', 'max-file=2'],
];

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} logFile
 */
function startDetached(command, args, logFile) {
  const log = openLog(logFile);
  const { DOCKER_HOST, DOCKER_TLS_VERIFY, ...env } = process.env;
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: { ...env, PATH: systemPath() },
  });
  closeSync(log);
  let ended = false;
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  child.unref();
  return { hasEnded: () => ended };
}

/** @param {string} file */
function openLog(file) {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/**
 * Ends the engine and everything that it left: containers whose shim lost its containerd, groups, mounts, sockets. Works on a
 * healthy engine, on a hung one and on the remains of one.
 *
 * @param {string} dir
 */
export async function endProcesses(dir) {
  /** @param {string} wanted */
  const named = (wanted) => processesOf(dir).filter(({ name }) => name === wanted);
  // A dockerd that has lost its containerd cannot end its containers; asking it only costs its whole deadline.
  await endAll(() => named('dockerd'), named('containerd').length > 0 ? stopMilliseconds : 0);
  await endAll(() => named('containerd'), 5000);
  const shims = processesOf(dir).map(({ pid }) => pid);
  for (const pid of [...childrenOf(shims), ...shims]) signal(pid, 'SIGKILL');
  await becomesTrue(() => processesOf(dir).length === 0, { milliseconds: 5000 });
  await becomesTrue(() => removeGroups(containersOf(dir)), { milliseconds: 5000 });
  await unmountBelow(dir);
  for (const name of ['docker.sock', 'dockerd.pid', 'containerd.sock', 'containerd.sock.ttrpc']) {
    rmSync(join(dir, name), { force: true });
  }
  // Below a mount that stayed, removing would reach what is mounted there: a container's files, or a folder of the host.
  if (mountsBelow(mountinfo(), dir).length === 0) rmSync(join(dir, 'exec'), { recursive: true, force: true });
}

/**
 * @param {() => { pid: number }[]} processes
 * @param {number} milliseconds
 */
async function endAll(processes, milliseconds) {
  for (const { pid } of processes()) signal(pid, 'SIGTERM');
  if (await becomesTrue(() => processes().length === 0, { milliseconds })) return;
  for (const { pid } of processes()) signal(pid, 'SIGKILL');
  await becomesTrue(() => processes().length === 0, { milliseconds: 5000 });
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended meanwhile
  }
}

/**
 * The engine's processes, told by their command line, which names the state folder: right also when every pid file is
 * stale or gone. An engine inside a container may have the same paths there; it is none of ours.
 *
 * @param {string} dir
 * @returns {{ pid: number, name: string }[]}
 */
export function processesOf(dir) {
  return allPids().flatMap((pid) => {
    const [command = '', ...args] = read(`/proc/${pid}/cmdline`).split('\0');
    const name = command.slice(command.lastIndexOf('/') + 1);
    const namesDir = args.some((arg) => arg.startsWith(`${dir}/`) || arg.startsWith(`unix://${dir}/`));
    return namesDir && sharesPidNamespace(pid) && /^(dockerd|containerd|containerd-shim.*)$/.test(name)
      ? [{ pid, name }]
      : [];
  });
}

/** @param {number} pid */
function sharesPidNamespace(pid) {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync('/proc/self/ns/pid');
  } catch {
    return false; // it has ended
  }
}

/** @param {number[]} parents */
function childrenOf(parents) {
  return allPids().filter((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    return parents.includes(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  });
}

const allPids = () => readdirSync('/proc').map(Number).filter(Number.isInteger);

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // that process has ended
  }
}

/** @param {string} dir */
const containersOf = (dir) => namesIn(join(dir, 'data/containers'));

/**
 * Removes the control groups of containers that ended with everybody who would have done it; version 1 has one for each
 * controller.
 *
 * @param {string[]} containers
 * @returns {boolean} false while something runs in one of them
 */
function removeGroups(containers) {
  const roots = [groups, ...namesIn(groups).map((controller) => join(groups, controller))];
  const left = roots.flatMap((root) => containers.map((id) => join(root, 'docker', id))).filter(existsSync);
  return left.every(removeGroup);
}

/**
 * @param {string} group
 * @returns {boolean} false while something runs in it
 */
function removeGroup(group) {
  for (const name of namesIn(group)) removeGroup(join(group, name));
  try {
    rmdirSync(group);
    return true;
  } catch {
    return !existsSync(group);
  }
}

/**
 * @param {string} folder
 * @returns {string[]} its folders, none when it is not there
 */
function namesIn(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

const mountinfo = () => readFileSync('/proc/self/mountinfo', 'utf8');

/** @param {string} dir */
async function unmountBelow(dir) {
  const mounted = mountsBelow(mountinfo(), dir);
  for (const path of mounted) {
    await run('umount', ['--lazy', path]).catch((error) => {
      if (!(error instanceof CommandError)) throw error; // it went away with the mount above it
    });
  }
}

/**
 * @param {string} mounts the content of mountinfo
 * @param {string} dir
 * @returns {string[]} the mount points below a folder, innermost first
 */
export function mountsBelow(mounts, dir) {
  const points = mounts.split('\n').map((line) => (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, unescapeOctal));
  return points.filter((point) => point.startsWith(`${dir}/`)).reverse();
}

/**
 * @param {string} _
 * @param {string} digits
 */
const unescapeOctal = (_, digits) => String.fromCharCode(Number.parseInt(digits, 8));
