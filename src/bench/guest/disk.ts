import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import {
  connectDocker,
  contentHash,
  enterRung,
  type ImageOptions,
  imageVersion,
  type Log,
  OuterEngine,
  prepareImage,
  readContext,
} from '../../server/app.ts';

const run = promisify(execFile);
/** What the Debian is built from. */
const context = join(import.meta.dirname, 'debian');
/** The files are sparse: this is what may lie on it, not what it takes. */
const size = '16G';

/** What a guest boots from. */
export interface GuestDisk {
  kernel: string;
  initrd: string;
  disk: string;
}

/**
 * A Debian with its kernel, Docker, and everything that labs are made from, so that nothing has to be built by an
 * emulated processor. Kept in a folder by content; what other versions made there is removed.
 */
export async function guestDisk(folder: string, images: ImageOptions, log: Log): Promise<GuestDisk> {
  const hash = contentHash(await readContext(context), [await imageVersion(images.folder)]);
  const finished = join(folder, hash);
  await mkdir(folder, { recursive: true });
  const found = await readdir(folder);
  for (const old of found.filter((name) => name !== hash)) await rm(join(folder, old), { recursive: true });
  if (!found.includes(hash)) await make(finished, images, log);
  return { kernel: join(finished, 'vmlinuz'), initrd: join(finished, 'initrd.img'), disk: join(finished, 'disk.ext4') };
}

async function make(finished: string, images: ImageOptions, log: Log): Promise<void> {
  const work = `${finished}.new`;
  const [root, data] = [join(work, 'root'), join(work, 'data')];
  for (const path of [root, data]) await mkdir(path, { recursive: true });
  await unpackDebian(root, `matryoshka/guest:${basename(finished)}`, images);
  await fillEngine(data, images, log);
  await rename(data, join(root, 'var/lib/docker'));
  await run('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal', '-d', root, join(work, 'disk.ext4'), size]);
  for (const name of ['vmlinuz', 'initrd.img']) await copyFile(join(root, name), join(work, name));
  await rm(root, { recursive: true });
  await rename(work, finished);
}

async function unpackDebian(root: string, image: string, images: ImageOptions): Promise<void> {
  const daemon = await prepareImage(images, 'daemon');
  const build = ['build', '--quiet', '--network', 'host', '--build-arg', `DAEMON=${daemon}`, '--tag', image];
  await run('docker', [...build, context], { env: { ...process.env, DOCKER_BUILDKIT: '0' } });
  const { stdout } = await run('docker', ['create', '--network', 'none', image, 'true']);
  const container = stdout.trim();
  try {
    await run('sh', ['-c', 'docker export "$0" | tar -x --numeric-owner -C "$1"', container, root]);
    // By this file systemd would take the guest for a container.
    await rm(join(root, '.dockerenv'));
  } finally {
    await run('docker', ['rm', container]);
    await run('docker', ['rmi', image]);
  }
}

/** Gives the engine that will run in the guest a lab engine's image, and that its sandboxes' images. */
async function fillEngine(data: string, images: ImageOptions, log: Log): Promise<void> {
  const engine = await prepareImage(images, 'engine');
  await using outer = await OuterEngine.start(connectDocker(), {}, data);
  await outer.take([engine]);
  const options = { docker: outer.docker, dockerHost: undefined, folder: tmpdir(), images, log };
  await using _rung = await enterRung('lab-engine', options);
}
