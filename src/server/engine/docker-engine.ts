import { Duplex, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Isolation } from '../../shared/api.ts';
import { collect, demultiplexed, splitLines, started, stripHeaders, translate } from './docker-streams.ts';
import {
  type Engine,
  EngineDownError,
  type EngineEvent,
  EngineFailedError,
  type EngineInfo,
  type ExecOptions,
  type ExecResult,
  NotReadyError,
  SandboxGoneError,
  type SandboxRequest,
  type SandboxSummary,
  type ShellCommand,
  type ShellRequest,
} from './engine.ts';
import type { PreparedImages } from './images.ts';
import { installLabel, sandboxLabel, sandboxOptions, withheldCapability } from './sandbox-options.ts';

/** Where the sandbox image keeps the tools that a learner cannot replace. */
const toolkit = '/opt/lab/bin';

/**
 * Runs "$@" and kills it with everything it has started after $0 seconds. Each of the two leads a session of its own,
 * so that one signal reaches all of it; a `setsid` that has not happened yet is met by its own pid.
 */
const untilDeadline = `b=${toolkit}/busybox
exec 3<&0
$b setsid "$@" <&3 3<&- &
child=$!
$b setsid $b sh -c 'sleep "$0"; kill -KILL "-$1"' "$0" $child </dev/null >/dev/null 2>&1 3<&- &
watch=$!
wait $child 2>/dev/null
code=$?
kill -KILL $watch 2>/dev/null
kill -KILL -$watch 2>/dev/null
exit $code`;

/** Runs "$@" until it ends or its stdin does, so that it does not outlive us in the sandbox. */
const untilStdinEnds = `exec 3<&0
${toolkit}/busybox setsid "$@" </dev/null 3<&- &
child=$!
{ while read -r _ <&3; do :; done; kill $child; kill -- -$child; } >/dev/null 2>&1 &
reader=$!
exec 3<&-
wait $child 2>/dev/null
code=$?
kill -KILL $reader 2>/dev/null
exit $code`;

const defaultDeadlineMs = 10_000;
/** A wait for readiness is cut into pieces of this many seconds, so that an abort is noticed. */
const readySliceS = 2;
/** Reconnection to the event stream. */
const eventRetryMs = 500;

interface Options {
  docker: Docker;
  /** Value of DOCKER_HOST for the docker command line, which the terminals use. */
  dockerHost: string | undefined;
  install: string;
  isolation: Isolation;
  images: PreparedImages;
  /** For the docker command line, besides DOCKER_HOST. */
  env?: Record<string, string>;
}

/** Sandboxes as containers of a Docker engine, by its API; terminals by the docker command line. */
export class DockerEngine implements Engine {
  readonly #docker: Docker;
  readonly #options: Options;
  /** Learned at the first start: whether the machine lets the engine give every capability. */
  #canBePrivileged = true;

  constructor(options: Options) {
    this.#docker = options.docker;
    this.#options = options;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async info(): Promise<EngineInfo> {
    const info = await translate(this.#docker.info());
    return {
      name: 'docker',
      version: info.ServerVersion,
      cgroup: info.CgroupVersion === '2' ? 'v2' : 'v1',
      kernel: info.KernelVersion,
      isolation: this.#options.isolation,
      memory: info.MemTotal,
      cpus: info.NCPU,
      standins: this.#options.images.standins,
    };
  }

  async ping(): Promise<void> {
    await translate(this.#docker.ping());
  }

  async create(request: SandboxRequest, signal?: AbortSignal): Promise<string> {
    const options = (canBePrivileged: boolean) =>
      sandboxOptions({
        isolation: this.#options.isolation,
        image: this.#options.images.sandbox,
        golden: this.#options.images.golden,
        name: `matryoshka-${this.#options.install}-${request.id}`,
        labels: { [installLabel]: this.#options.install, [sandboxLabel]: request.id },
        limits: request.spec.limits,
        egress: request.spec.egress ?? false,
        leaseUntil: Math.round(request.leaseUntil / 1000),
        canBePrivileged,
      });
    const canBePrivileged = this.#canBePrivileged;
    try {
      return await this.#createAndStart(options(canBePrivileged), signal);
    } catch (error) {
      // Where the machine withholds a capability, `Privileged` is accepted at create and refused at start.
      const isWithheld = this.#options.isolation === 'privileged' && canBePrivileged && withheldCapability(error);
      if (!isWithheld) throw error;
      this.#canBePrivileged = false;
      return await this.#createAndStart(options(false), signal);
    }
  }

  async waitReady(ref: string, deadline: number, signal?: AbortSignal): Promise<void> {
    const end = Date.now() + deadline;
    for (;;) {
      signal?.throwIfAborted();
      // The sandbox waits for its daemon itself; this ends as soon as it answers or the sandbox stops.
      const seconds = Math.max(1, Math.min(readySliceS, Math.ceil((end - Date.now()) / 1000)));
      const ready = await this.exec(ref, [`${toolkit}/lab-ready`, `${seconds}`]).then(
        ({ code }) => code === 0,
        (error: Error) => {
          if (error instanceof SandboxGoneError) return undefined;
          throw error;
        },
      );
      if (ready) return;
      const stopped = ready === undefined;
      if (!stopped && Date.now() < end) continue;
      const what = stopped ? 'stopped while it was starting' : `was not ready after ${deadline / 1000} s`;
      throw new NotReadyError(`The sandbox ${what}.`, await this.#lastOutput(ref));
    }
  }

  async exec(ref: string, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const deadline = options.deadline ?? defaultDeadlineMs;
    const exec = await translate(
      this.#docker.getContainer(ref).exec({
        // Ending our end of the connection leaves the command running: it is ended where it runs.
        Cmd: [`${toolkit}/busybox`, 'sh', '-c', untilDeadline, `${Math.ceil(deadline / 1000)}`, ...argv],
        AttachStdin: options.stdin !== undefined,
        AttachStdout: true,
        AttachStderr: true,
        WorkingDir: '/',
        Env: Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
      }),
    );
    const begun = performance.now();
    const stream = await started(exec, options.stdin !== undefined);
    const output = collect(this.#docker, stream);
    if (options.stdin !== undefined) stream.end(options.stdin);
    const timer = setTimeout(() => stream.destroy(), deadline + 3000);
    await output.done.finally(() => clearTimeout(timer));
    const code = (await translate(exec.inspect())).ExitCode ?? 137;
    const timedOut = code === 137 && performance.now() - begun >= deadline;
    return { code, stdout: output.stdout(), stderr: output.stderr(), timedOut };
  }

  async *lines(ref: string, argv: readonly string[], signal: AbortSignal): AsyncIterable<string> {
    const exec = await translate(
      this.#docker.getContainer(ref).exec({
        Cmd: [`${toolkit}/busybox`, 'sh', '-c', untilStdinEnds, 'lines', ...argv],
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
      }),
    );
    const stream = await started(exec, true);
    const abort = () => stream.end();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      yield* splitLines(demultiplexed(stream), signal);
    } finally {
      signal.removeEventListener('abort', abort);
      stream.destroy();
    }
  }

  async stream(ref: string, argv: readonly string[]): Promise<Duplex> {
    const exec = await translate(
      this.#docker
        .getContainer(ref)
        .exec({ Cmd: [...argv], AttachStdin: true, AttachStdout: true, AttachStderr: true }),
    );
    const stream = await started(exec, true);
    return Duplex.from({ readable: Readable.from(demultiplexed(stream)), writable: stream });
  }

  shellCommand(ref: string, request: ShellRequest): ShellCommand {
    const { terminal, chain, columns, rows } = request;
    // By this name lab-terminal-end finds the shell in the container, too.
    const inner = chain.flatMap((container) => ['docker', 'exec', '-it', '-e', `LAB_TERMINAL=${terminal}`, container]);
    return this.#cli([
      'exec',
      '-it',
      ref,
      `${toolkit}/lab-terminal`,
      terminal,
      `${columns}`,
      `${rows}`,
      ...(inner.length ? ['--', ...inner, 'sh'] : []),
    ]);
  }

  execCommand(ref: string, argv: readonly string[]): ShellCommand {
    return this.#cli(['exec', '-i', ref, ...argv]);
  }

  async endShell(ref: string, terminal: string): Promise<void> {
    await this.exec(ref, [`${toolkit}/lab-terminal-end`, terminal]);
  }

  async renewLease(ref: string, until: number): Promise<void> {
    const command = `echo ${Math.round(until / 1000)} > /run/lab/lease`;
    const result = await this.exec(ref, [`${toolkit}/busybox`, 'sh', '-c', command]);
    if (result.code !== 0) throw new EngineFailedError(`The lease was not renewed: ${result.stderr.trim()}`);
  }

  async cpuTime(ref: string): Promise<number> {
    // 'one-shot' skips the second that the engine otherwise waits to compare two samples.
    const stats = await translate(this.#docker.getContainer(ref).stats({ stream: false, 'one-shot': true }));
    return stats.cpu_stats.cpu_usage.total_usage / 1e6;
  }

  async freeMemory(): Promise<number | undefined> {
    const sandbox = (await this.list()).find(({ running }) => running);
    if (!sandbox) return undefined;
    // In a container /proc/meminfo is the machine's.
    const { stdout } = await this.exec(sandbox.ref, [`${toolkit}/busybox`, 'cat', '/proc/meminfo']).catch((error) => {
      if (error instanceof SandboxGoneError) return { stdout: '' };
      throw error;
    });
    const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(stdout)?.[1];
    return kibibytes ? Number(kibibytes) * 1024 : undefined;
  }

  async remove(ref: string): Promise<void> {
    const container = this.#docker.getContainer(ref);
    const deadline = Date.now() + defaultDeadlineMs;
    for (;;) {
      const failure = await translate(container.remove({ force: true, v: true })).then(
        () => undefined,
        (error: Error) => error,
      );
      if (failure instanceof EngineDownError) throw failure;
      const gone = await translate(container.inspect()).then(
        () => false,
        (error: Error) => {
          if (error instanceof SandboxGoneError) return true;
          throw error;
        },
      );
      if (gone) return;
      // "removal already in progress" and devices that are busy for a moment pass by themselves.
      if (Date.now() > deadline) throw new EngineFailedError(`${ref} could not be removed: ${failure?.message}`);
      await sleep(100);
    }
  }

  async list(): Promise<SandboxSummary[]> {
    const filters = { label: [`${installLabel}=${this.#options.install}`, sandboxLabel] };
    const found = await translate(this.#docker.listContainers({ all: true, filters }));
    return found.map((c) => ({ ref: c.Id, id: c.Labels[sandboxLabel] ?? '', running: c.State === 'running' }));
  }

  async *events(signal: AbortSignal): AsyncIterable<EngineEvent> {
    const filters = { type: ['container'], event: ['die'], label: [`${installLabel}=${this.#options.install}`] };
    let since = Math.floor(Date.now() / 1000);
    let connected = true;
    while (!signal.aborted) {
      try {
        const stream = await translate(this.#docker.getEvents({ since, filters: JSON.stringify(filters) }));
        const end = () => (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
        signal.addEventListener('abort', end, { once: true });
        if (signal.aborted) end();
        if (!connected) yield { type: 'back' };
        connected = true;
        for await (const line of splitLines(stream as AsyncIterable<Buffer>, signal)) {
          if (!line) continue;
          const event = JSON.parse(line) as { time: number; Actor: { ID: string; Attributes: Record<string, string> } };
          since = event.time;
          yield { type: 'died', ref: event.Actor.ID, id: event.Actor.Attributes[sandboxLabel] ?? '' };
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Error)) throw error;
      }
      if (connected && !signal.aborted) yield { type: 'lost' };
      connected = false;
      await sleep(eventRetryMs, undefined, { signal }).catch(() => {});
    }
  }

  async #createAndStart(options: Docker.ContainerCreateOptions, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const container = await translate(this.#docker.createContainer(options), EngineFailedError);
    try {
      await translate(container.start(), EngineFailedError);
      signal?.throwIfAborted();
      return container.id;
    } catch (error) {
      await this.remove(container.id);
      throw error;
    }
  }

  #cli(args: string[]): ShellCommand {
    const { dockerHost: host, env } = this.#options;
    return {
      file: 'docker',
      args: [...(host ? ['--host', host] : []), ...args],
      // One thread at a time: the Go runtime keeps memory for each, and a terminal's command line only copies.
      env: { TERM: 'xterm-256color', GOMAXPROCS: '1', ...env },
    };
  }

  async #lastOutput(ref: string): Promise<string> {
    const logs = await this.#docker
      .getContainer(ref)
      .logs({ stdout: true, stderr: true, tail: 40 })
      .catch((error: Error) => Buffer.from(`(no output: ${error.message})`));
    return stripHeaders(Buffer.from(logs)).toString('utf8');
  }
}
