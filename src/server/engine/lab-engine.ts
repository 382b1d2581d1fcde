import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Log } from '../log.ts';
import { dockerAt } from './docker-at.ts';
import { started } from './docker-streams.ts';
import { EngineFailedError } from './engine.ts';
import { machineLock } from './images/machine-lock.ts';
import { inspected, isMissing } from './images/workshop.ts';
import { Dial } from './lab-engine-dial.ts';
import { allButPrivileged, labCpuShares, sandboxLabel, withheldCapability } from './sandbox-options.ts';

const engineLabel = 'org.matryoshka.engine';
/** Where the image puts its daemon's API, in a volume of its own. */
const socketFolder = '/run/matryoshka';
const socketName = 'docker.sock';
/** From the container's start to its API's first answer; half a second on an idle machine. */
const startMs = 30_000;
/** Between looks at an engine that is coming up. */
const lookMs = 50;
/** The program of the exec that a user holds open. */
const holder = 'cat';
/** Pause after a failure to bring it back, ms. */
const retryMs = 1000;

interface Options {
  /** The machine's engine. */
  docker: Docker;
  /** Reference of its image; the tag is the content hash. */
  image: string;
  /** Where a socket of ours may be made. */
  folder: string;
  log: Log;
}

/** What a lab engine is doing, for who asks without starting one. */
export interface LabEngineStatus {
  name: string;
  state: string;
  /** Sandboxes that run in it, of every install. */
  sandboxes: number;
  /** Programs that use it just now. */
  users: number;
}

/**
 * The one trusted container whose daemon runs all sandboxes, seen by one program. It is shared by all installs of the
 * machine's engine that have the same image: whoever needs it starts it, whoever finds it gone starts it again, the
 * last to leave removes it. Its volumes stay, because they hold the images.
 *
 * A program that uses it holds an exec open in it, so that others see that it is needed; the engine ends the exec when
 * the program dies, however it dies.
 */
export class LabEngine implements AsyncDisposable {
  readonly name: string;
  readonly #options: Options;
  readonly #stop = new AbortController();
  #hold: { id: string; end(): void; ended: Promise<void> } | undefined;
  #dial: Dial | undefined;
  #watching: Promise<void> | undefined;
  #socket = '';

  private constructor(options: Options) {
    this.#options = options;
    this.name = engineName(options.image);
  }

  /**
   * Starts it, or adopts the one that runs. Removes lab engines of other versions that nobody uses.
   *
   * @throws {EngineFailedError} with its last words when its daemon does not come up.
   */
  static async open(options: Options): Promise<LabEngine> {
    const engine = new LabEngine(options);
    try {
      await engine.#ensure();
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw new EngineFailedError(`${engine.name} does not start: ${(error as Error).message}`, { cause: error });
    }
    engine.#watching = engine.#watch();
    await removeIdle(options.docker, engine.name).catch((error: Error) =>
      options.log.warn({ error: error.message }, 'an old lab engine is left running'),
    );
    return engine;
  }

  /** Its daemon. */
  get docker(): Docker {
    return dockerAt(this.#socket);
  }

  /** Value of DOCKER_HOST for the docker command line on this machine. */
  get dockerHost(): string {
    return `unix://${this.#socket}`;
  }

  /** Lets it go, and removes it when nobody else needs it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#hold?.end();
    await this.#watching;
    // It may have been brought back just then.
    this.#hold?.end();
    await this.#hold?.ended;
    await this.#dial?.[Symbol.asyncDispose]();
    await removeUnused(this.#options.docker, this.name, this.#hold?.id).catch((error: Error) =>
      this.#options.log.warn({ engine: this.name, error: error.message }, 'the lab engine is left running'),
    );
  }

  async #ensure(): Promise<void> {
    const { docker } = this.#options;
    await using _lock = await lockOf(this.name, this.#stop.signal);
    const container = docker.getContainer(this.name);
    const found = await inspected(container);
    if (!found?.State.Running) {
      // A container that has run once may not start again on an engine that lost track of it: a new one always does.
      if (found) await container.remove({ force: true, v: true });
      await this.#start();
    }
    this.#hold = await hold(container);
    this.#socket ||= await this.#findSocket(container);
    await this.#answers(container);
  }

  async #start(): Promise<void> {
    for (const privileged of [true, false]) {
      const container = await this.#options.docker.createContainer(containerOptions(this.#options.image, privileged));
      try {
        await container.start();
        return;
      } catch (error) {
        await container.remove({ force: true, v: true });
        // Where the machine withholds a capability, `Privileged` is accepted at create and refused at start.
        if (!privileged || !withheldCapability(error)) throw error;
      }
    }
  }

  /** The socket's file on this machine, where that is the same machine and we may open it; else one of our own. */
  async #findSocket(container: Docker.Container): Promise<string> {
    const { docker, folder } = this.#options;
    const { Mounts, Config } = await container.inspect();
    const source = Mounts.find(({ Destination }) => Destination === socketFolder)?.Source ?? '';
    const file = join(source, socketName);
    const isHere = await access(source, constants.X_OK).then(
      () => true,
      () => false,
    );
    for (let looks = 1; isHere && looks * lookMs < startMs; looks++) {
      // Another machine may have the same path, with nothing or with another engine there.
      const name = await engineNameAt(file);
      if (name === Config.Hostname) return file;
      if (name !== undefined || (looks % 20 === 0 && (await this.#innerName(container)))) break;
      await sleep(lookMs);
    }
    this.#dial ??= await Dial.listen(docker, this.name, folder);
    return this.#dial.file;
  }

  async #innerName(container: Docker.Container): Promise<string | undefined> {
    const { code, stdout } = await runIn(container, ['docker', 'info', '--format', '{{.Name}}']);
    return code === 0 && stdout ? stdout : undefined;
  }

  async #answers(container: Docker.Container): Promise<void> {
    for (const end = Date.now() + startMs; ; await sleep(lookMs)) {
      const failure = await this.docker.ping().then(
        () => undefined,
        (error: Error) => error,
      );
      if (!failure) return;
      const { State } = await container.inspect();
      if (State.Running && Date.now() < end) continue;
      const words = (await container.logs({ stdout: true, stderr: true, tail: 5 })).toString('utf8').trim();
      throw new EngineFailedError(`The lab engine ${this.name} does not come up (${failure.message}): ${words}`);
    }
  }

  /** Brings it back whenever it, or the way to it, is gone. */
  async #watch(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#hold?.ended;
      if (signal.aborted) return;
      try {
        await this.#ensure();
        log.info({ engine: this.name }, 'the lab engine is back');
      } catch (error) {
        this.#hold?.end();
        if (signal.aborted) return;
        log.warn({ engine: this.name, error: (error as Error).message }, 'the lab engine is gone');
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** Every lab engine of the machine's engine, by name. */
export async function labEngines(docker: Docker): Promise<LabEngineStatus[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [engineLabel] } });
  const states = found.map(async ({ Names, State }) => {
    const name = (Names[0] ?? '').slice(1);
    return { name, state: State, ...(await useOf(docker, name)) };
  });
  return (await Promise.all(states)).sort((a, b) => a.name.localeCompare(b.name));
}

/** Removes a lab engine with its volumes, and with every sandbox that is in it. */
export async function destroyLabEngine(docker: Docker, name: string): Promise<void> {
  await using _lock = await lockOf(name);
  await stopAndRemove(docker, name);
  for (const volume of Object.values(volumesOf(name))) {
    await docker
      .getVolume(volume)
      .remove()
      .catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
  }
}

/** Name of the lab engine that is made from an image. */
export function engineName(image: string): string {
  return `matryoshka-engine-${image.split(':').at(-1)}`;
}

/** Names of the volumes that a lab engine of that name has. */
export function volumesOf(name: string): { data: string; socket: string } {
  return { data: `${name}-data`, socket: `${name}-socket` };
}

function containerOptions(image: string, privileged: boolean): Docker.ContainerCreateOptions {
  const name = engineName(image);
  const { data, socket } = volumesOf(name);
  const volume = (Source: string, Target: string) => ({ Type: 'volume' as const, Source, Target });
  return {
    name,
    Image: image,
    Labels: { [engineLabel]: name },
    HostConfig: {
      ...(privileged ? { Privileged: true } : allButPrivileged),
      // The library's type forgets CgroupnsMode.
      ...({ CgroupnsMode: 'private' } as object),
      // An engine that remaps users would make it nobody.
      UsernsMode: 'host',
      CpuShares: labCpuShares,
      NetworkMode: 'none',
      Tmpfs: { '/run': 'exec' },
      Mounts: [volume(data, '/var/lib/docker'), volume(socket, socketFolder)],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
      // Whoever needs it starts it: after a restart of the machine's engine it would come back for nobody.
      RestartPolicy: { Name: 'no' },
    },
  };
}

/** Keeps an exec open for as long as we live, or until `end`. */
async function hold(container: Docker.Container): Promise<{ id: string; end(): void; ended: Promise<void> }> {
  const exec = await container.exec({ Cmd: [holder], AttachStdin: true, AttachStdout: true });
  const stream = await started(exec, true);
  const ended = new Promise<void>((resolve) => {
    stream
      .on('end', resolve)
      .on('close', resolve)
      .on('error', () => resolve());
  });
  stream.resume();
  return { id: exec.id, end: () => stream.end(), ended };
}

async function useOf(docker: Docker, name: string, own?: string): Promise<{ sandboxes: number; users: number }> {
  const found = await inspected(docker.getContainer(name));
  if (!found?.State.Running) return { sandboxes: 0, users: 0 };
  const others = (found.ExecIDs ?? []).filter((id) => id !== own).map((id) => inspected(docker.getExec(id)));
  const users = (await Promise.all(others)).filter(
    (exec) => exec?.Running && exec.ProcessConfig.entrypoint === holder,
  ).length;
  // Sandboxes go on while their daemon is started again; where it never comes up they are lost.
  const count = `until docker ps --quiet --filter label=${sandboxLabel}; do sleep 0.1; done`;
  // By its id: a container that took its place meanwhile is another one.
  const sandboxes = await linesIn(docker.getContainer(found.Id), ['timeout', `${startMs / 1000}`, 'sh', '-c', count]);
  return { users, sandboxes: sandboxes.length };
}

/** Removes it unless somebody uses it or a sandbox runs in it. */
export async function removeUnused(docker: Docker, name: string, own?: string): Promise<void> {
  await using _lock = await lockOf(name);
  const { users, sandboxes } = await useOf(docker, name, own);
  if (users === 0 && sandboxes === 0) await stopAndRemove(docker, name);
}

/** Lab engines of other versions stay while somebody needs them; this removes those that nobody does. */
async function removeIdle(docker: Docker, except: string): Promise<void> {
  for (const { name, users, sandboxes } of await labEngines(docker)) {
    if (name !== except && users === 0 && sandboxes === 0) await removeUnused(docker, name);
  }
}

async function stopAndRemove(docker: Docker, name: string): Promise<void> {
  const container = docker.getContainer(name);
  try {
    // Its daemon gets the time to close its databases.
    await container.stop({ t: 5 }).catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 304) throw error;
    });
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Two programs of one machine never start and remove it at the same time; the others are met by `#watch`. */
function lockOf(name: string, signal?: AbortSignal): Promise<AsyncDisposable> {
  return machineLock(`lab engine ${name}`, signal);
}

/** Name of the engine that listens on a socket file of this machine, or undefined. */
async function engineNameAt(socketPath: string): Promise<string | undefined> {
  return await dockerAt(socketPath)
    .info()
    .then(
      ({ Name }: { Name: string }) => Name,
      () => undefined,
    );
}

/** The lines that a command prints in a container of the machine's engine; none when it does not succeed. */
export async function linesIn(container: Docker.Container, command: string[]): Promise<string[]> {
  const { code, stdout } = await runIn(container, command);
  // Where the command cannot be started, the engine's own words stand in its place.
  return code === 0 ? stdout.split('\n').filter(Boolean) : [];
}

/** Runs a command in a container of the machine's engine; no code, no words when the container ends before that. */
export async function runIn(
  container: Docker.Container,
  command: string[],
): Promise<{ code: number | null; stdout: string }> {
  try {
    // The image's environment has the DOCKER_HOST.
    const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
    const stream = await started(exec, false);
    const chunks: Buffer[] = [];
    const sink = { write: (bytes: Buffer) => chunks.push(Buffer.from(bytes)) > 0 };
    container.modem.demuxStream(stream, sink as never, { write: () => true } as never);
    await new Promise<void>((resolve, reject) => stream.on('end', resolve).on('error', reject));
    return { code: (await exec.inspect()).ExitCode, stdout: Buffer.concat(chunks).toString('utf8').trim() };
  } catch (error) {
    // The engine has several answers for one that ends: 404, 409 and 500.
    if ((await inspected(container))?.State.Running) throw error;
    return { code: null, stdout: '' };
  }
}
