import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { sandboxOptions, withheldCapability } from '../sandbox-options.ts';
import { readContext } from './content-hash.ts';
import { contextTar } from './context-tar.ts';
import { type ImageName, recipes, standinLabel } from './recipes.ts';
import { type ImageTarget, inspected, isMissing, type Workshop } from './workshop.ts';

const buildLabel = 'org.matryoshka.golden-build';
const standinsLabel = 'org.matryoshka.standins';
/** Longer than the slowest build; then the throw-away container ends by itself, should nobody be left to end it. */
const longestBuildSeconds = 900;

// The library's type forgets the stop signal.
type ImageConfig = Docker.ImageInspectInfo['Config'] & { StopSignal?: string };

/** Name of the store's volume. */
export function goldenVolume(hash: string): string {
  return `matryoshka-golden-${hash}`;
}

/**
 * Which stand-ins a finished golden store holds, or undefined when there is no finished one. A volume cannot be given
 * a label later, so a second, empty volume says "finished"; it repeats the store's build id, because an engine makes
 * a missing volume anew, empty and without labels, for whoever mounts it.
 */
export async function finishedGolden(docker: Docker, hash: string): Promise<{ standins: string[] } | undefined> {
  const [store, mark] = await Promise.all([
    inspected(docker.getVolume(goldenVolume(hash))),
    inspected(docker.getVolume(markVolume(hash))),
  ]);
  const build = mark?.Labels?.[buildLabel];
  if (!build || store?.Labels?.[buildLabel] !== build) return undefined;
  return { standins: (mark.Labels[standinsLabel] ?? '').split(',').filter((name) => name !== '') };
}

/** Builds the store in a throw-away sandbox of the target. Call it under the machine lock: what it finds unfinished, it removes. */
export async function buildGolden(
  workshop: Workshop,
  target: ImageTarget,
  input: { hash: string; sandbox: string; images: { name: ImageName; reference: string }[] },
  log: (text: string) => Promise<void>,
): Promise<void> {
  const { docker } = target;
  const name = `${goldenVolume(input.hash)}-build`;
  await removeContainer(docker, name);
  for (const volume of [markVolume(input.hash), goldenVolume(input.hash)]) await removeVolume(docker, volume);

  const labels = { [buildLabel]: randomUUID() };
  await docker.createVolume({ Name: goldenVolume(input.hash), Labels: labels });
  let finished = false;
  try {
    await startBuilder(workshop, target, name, input);
    const container = docker.getContainer(name);
    await run(container, ['sh', '/opt/golden/start'], log);
    const standins: string[] = [];
    for (const { name: image, reference } of input.images) {
      workshop.signal.throwIfAborted();
      workshop.onProgress({ image: 'golden', phase: 'golden', detail: image });
      const tags = recipes[image].tags ?? [];
      const { Config } = await workshop.docker.getImage(reference).inspect();
      if (Config.Labels?.[standinLabel]) standins.push(...tags);
      await importFlat(workshop.docker, container, { reference, config: Config, tags }, log);
    }
    await run(container, ['sh', '/opt/golden/split'], log);
    await docker.createVolume({
      Name: markVolume(input.hash),
      Labels: { ...labels, [standinsLabel]: standins.join(',') },
    });
    finished = true;
  } finally {
    await removeContainer(docker, name);
    if (!finished) await removeVolume(docker, goldenVolume(input.hash));
  }
}

async function startBuilder(
  { folder, install }: Workshop,
  { docker, isolation }: ImageTarget,
  name: string,
  input: { hash: string; sandbox: string },
): Promise<void> {
  const scripts = await readContext(join(folder, 'golden'));
  for (const canBePrivileged of [true, false]) {
    const options = sandboxOptions({
      isolation,
      image: input.sandbox,
      golden: goldenVolume(input.hash),
      name,
      labels: { 'org.matryoshka.install': install },
      limits: { memory: 2 * 1024 ** 3, cpus: 2, pids: 512, disk: { tmpfs: 64 * 1024 ** 2 } },
      leaseUntil: 0,
      canBePrivileged,
    });
    for (const mount of options.HostConfig?.Mounts ?? []) mount.ReadOnly = false;
    const container = await docker.createContainer({
      ...options,
      Entrypoint: ['tini', '--', 'sleep', `${longestBuildSeconds}`],
    });
    await container.putArchive(contextTar(scripts.map((file) => ({ ...file, path: `opt/golden/${file.path}` }))), {
      path: '/',
    });
    try {
      await container.start();
      return;
    } catch (error) {
      await removeContainer(docker, name);
      if (!canBePrivileged || !withheldCapability(error)) throw error;
    }
  }
}

/** Takes an image in as one layer without history: no whiteouts, which would not survive being moved. */
async function importFlat(
  docker: Docker,
  builder: Docker.Container,
  image: { reference: string; config: ImageConfig; tags: string[] },
  log: (text: string) => Promise<void>,
): Promise<void> {
  const source = await docker.createContainer({ Image: image.reference, Cmd: ['true'], NetworkMode: 'none' } as object);
  try {
    const [first, ...others] = image.tags as [string, ...string[]];
    const changes = importChanges(image.config).flatMap((change) => ['-c', change]);
    await run(builder, ['docker', 'import', ...changes, '-', first], log, await source.export());
    for (const tag of others) await run(builder, ['docker', 'tag', first, tag], log);
  } finally {
    await source.remove({ force: true, v: true });
  }
}

/** What `docker import` loses: the image's configuration, as lines of a Dockerfile. */
export function importChanges(config: ImageConfig): string[] {
  const list = (value: string | string[] | null | undefined) =>
    value === null || value === undefined || value.length === 0 ? undefined : JSON.stringify([value].flat());
  const changes: (string | undefined)[] = [
    ...(config.Env ?? []).map((entry) => {
      const at = entry.indexOf('=');
      return `ENV ${entry.slice(0, at)}=${JSON.stringify(entry.slice(at + 1))}`;
    }),
    ...Object.entries(config.Labels ?? {}).map(
      ([key, value]) => `LABEL ${JSON.stringify(key)}=${JSON.stringify(value)}`,
    ),
    ...Object.keys(config.ExposedPorts ?? {}).map((port) => `EXPOSE ${port}`),
    ...Object.keys(config.Volumes ?? {}).map((path) => `VOLUME ${JSON.stringify([path])}`),
    config.WorkingDir && `WORKDIR ${config.WorkingDir}`,
    config.User && `USER ${config.User}`,
    config.StopSignal && `STOPSIGNAL ${config.StopSignal}`,
    list(config.Entrypoint) && `ENTRYPOINT ${list(config.Entrypoint)}`,
    list(config.Cmd) && `CMD ${list(config.Cmd)}`,
  ];
  return changes.filter((change): change is string => Boolean(change));
}

/** Runs a command in a container; what it says is logged and, when it fails, the error's message. */
async function run(
  container: Docker.Container,
  command: string[],
  log: (text: string) => Promise<void>,
  input?: NodeJS.ReadableStream,
): Promise<void> {
  const exec = await container.exec({
    Cmd: command,
    AttachStdin: input !== undefined,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: input !== undefined });
  const output = new PassThrough();
  container.modem.demuxStream(stream, output, output);
  let words = '';
  output.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  const ended = new Promise<void>((resolve, reject) => stream.once('end', resolve).once('error', reject));
  if (input) await pipeline(input, stream, { end: true }).catch(() => {}); // the exit code tells more
  await ended;
  const { ExitCode } = await exec.inspect();
  await log(`${command.slice(0, 2).join(' ')}: ${words.trim()}`);
  if (ExitCode !== 0) throw new Error(`${command.slice(0, 2).join(' ')} ended with ${ExitCode}: ${words.trim()}`);
}

async function removeContainer(docker: Docker, name: string): Promise<void> {
  try {
    await docker.getContainer(name).remove({ force: true, v: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function removeVolume(docker: Docker, name: string): Promise<void> {
  try {
    await docker.getVolume(name).remove();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Name of the volume whose presence says that the store is finished. */
export function markVolume(hash: string): string {
  return `${goldenVolume(hash)}-finished`;
}
