import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, constants, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageError } from './image-error.ts';
import { machineLock } from './machine-lock.ts';
import { readMessages, tagImage, type Workshop } from './workshop.ts';

const needed = 'mmdebstrap';

/** Makes the base from Debian's packages with mmdebstrap, which a root on Debian gets installed for him. */
export async function bootstrapBase(
  workshop: Workshop,
  reference: string,
  log: (text: string) => Promise<void>,
): Promise<void> {
  if (!(await inPath(needed))) await install(workshop, log);
  await using work = await workFolder(workshop.signal);
  const { docker, folder, signal } = workshop;

  // A process group of its own: mmdebstrap alone would leave its apt and dpkg running.
  const child = spawn('sh', [join(folder, 'base', 'bootstrap.sh')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: work.path },
    detached: true,
  });
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', kill);
  const ended = once(child, 'close');
  // An early failure is looked at below, when the import has ended, too.
  ended.catch(() => {});
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4_000);
  });

  let id = '';
  let importError: unknown;
  try {
    const stream = await docker.importImage(child.stdout, {});
    await readMessages(stream, ({ status }) => {
      if (status?.startsWith('sha256:')) id = status;
    });
  } catch (error) {
    // Most often the consequence: the archive broke off because mmdebstrap had failed.
    importError = error;
    child.stdout.resume();
  }
  const [code] = (await ended) as [number | null];
  signal.removeEventListener('abort', kill);
  await log(words);
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`mmdebstrap ended with ${code}: ${lastLine(words)}`);
  if (importError) throw importError;
  // The name only now: half an archive never counts as the image.
  await tagImage(docker, id, reference);
}

/**
 * A temporary folder that outlives nobody for long: mmdebstrap leaves its own behind when it is killed, so the next
 * one removes it. The lock is this machine's, because other engines' preparations use the same place.
 */
async function workFolder(signal: AbortSignal): Promise<AsyncDisposable & { path: string }> {
  const prefix = 'matryoshka-base-';
  const lock = await machineLock('base', signal);
  for (const name of await readdir(tmpdir())) {
    if (name.startsWith(prefix)) await removeUnmounted(join(tmpdir(), name));
  }
  const path = await mkdtemp(join(tmpdir(), prefix));
  await chmod(path, 0o755); // apt reads there as a user of its own
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await removeUnmounted(path);
      await lock[Symbol.asyncDispose]();
    },
  };
}

/**
 * Removes a folder unless something is mounted in it. bootstrap.sh mounts in a namespace of its own, so nothing should
 * be; but a mistake there must not make a recursive removal walk into a machine's /proc, /sys or /dev.
 */
export async function removeUnmounted(path: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4] ?? '');
  if (mounts.some((point) => point === path || point.startsWith(`${path}/`))) return;
  // What a dying process still writes makes it fail; the next preparation comes by again.
  await rm(path, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
}

async function install({ onProgress, signal }: Workshop, log: (text: string) => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0 || !(await inPath('apt-get'))) {
    throw new ImageError('no registry answers, and mmdebstrap, which makes the image from packages, is missing.', {
      image: 'base',
      phase: 'bootstrap',
      fix: 'Run: sudo apt-get install -y mmdebstrap',
    });
  }
  onProgress({ image: 'base', phase: 'bootstrap', detail: `apt-get install ${needed}` });
  const command = `apt-get update -q && apt-get install -qy --no-install-recommends ${needed}`;
  const child = spawn('sh', ['-c', command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    signal,
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-8_000);
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  await log(words);
  if (code !== 0) throw new Error(`apt-get ended with ${code}: ${lastLine(words)}`);
}

async function inPath(command: string): Promise<boolean> {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin'];
  for (const folder of folders) {
    try {
      await access(join(folder, command), constants.X_OK);
      return true;
    } catch {
      // Not in this folder.
    }
  }
  return false;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
