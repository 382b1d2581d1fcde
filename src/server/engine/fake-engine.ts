import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, on } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** Collected output per stream, as in the real engines, bytes. */
const maxOutput = 2 ** 20;

interface FakeSandbox {
  id: string;
  folder: string;
  readyAt: number;
  running: boolean;
  lease: NodeJS.Timeout;
  /** How long commands ran in it, ms; stands for CPU time. */
  used: number;
}

export interface FakeEngineOptions {
  /** Milliseconds from create to ready. */
  readyAfter?: number;
  /** `create` fails with this text. */
  createFails?: string;
  /** What `freeMemory` answers, bytes. */
  freeMemory?: number;
  /** Sandboxes never become ready. */
  neverReady?: boolean;
}

/**
 * For unit tests: a sandbox is a temporary folder, a command in it is a local process. It passes the engine's contract,
 * and behaves badly on request.
 */
export class FakeEngine implements Engine {
  readonly #sandboxes = new Map<string, FakeSandbox>();
  readonly #processes = new Set<ChildProcess>();
  readonly #emitter = new EventEmitter();
  readonly behaviour: FakeEngineOptions;
  #down = false;
  #count = 0;

  constructor(behaviour: FakeEngineOptions = {}) {
    this.behaviour = behaviour;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes) killGroup(child);
    this.#down = false;
    for (const ref of this.#sandboxes.keys()) await this.remove(ref);
  }

  /** The engine stops answering, or answers again. */
  setDown(down: boolean): void {
    this.#down = down;
    this.#emitter.emit('event', { type: down ? 'lost' : 'back' });
  }

  /** Stops a sandbox as if it had ended by itself. */
  die(ref: string): void {
    const sandbox = this.#sandboxes.get(ref);
    if (!sandbox?.running) return;
    sandbox.running = false;
    clearTimeout(sandbox.lease);
    this.#emitter.emit('event', { type: 'died', ref, id: sandbox.id });
  }

  async info(): Promise<EngineInfo> {
    this.#answer();
    const memory = 16 * 2 ** 30;
    return {
      name: 'fake',
      version: '0',
      cgroup: 'v2',
      kernel: '0',
      isolation: 'privileged',
      memory,
      cpus: 2,
      standins: [],
    };
  }

  async ping(): Promise<void> {
    this.#answer();
  }

  async create(request: SandboxRequest, signal?: AbortSignal): Promise<string> {
    this.#answer();
    signal?.throwIfAborted();
    if (this.behaviour.createFails) throw new EngineFailedError(this.behaviour.createFails);
    const ref = `fake-${++this.#count}`;
    const folder = await mkdtemp(join(tmpdir(), 'matryoshka-fake-'));
    if (signal?.aborted) {
      await rm(folder, { recursive: true });
      throw signal.reason;
    }
    const readyAt = this.behaviour.neverReady
      ? Number.POSITIVE_INFINITY
      : Date.now() + (this.behaviour.readyAfter ?? 0);
    this.#sandboxes.set(ref, {
      id: request.id,
      folder,
      readyAt,
      running: true,
      lease: this.#leaseTimer(ref, request.leaseUntil),
      used: 0,
    });
    return ref;
  }

  async waitReady(ref: string, deadline: number, signal?: AbortSignal): Promise<void> {
    const end = Date.now() + deadline;
    for (;;) {
      signal?.throwIfAborted();
      this.#answer();
      const sandbox = this.#sandboxes.get(ref);
      if (!sandbox?.running) throw new NotReadyError('The sandbox stopped while it was starting.', 'fake output');
      if (Date.now() >= sandbox.readyAt) return;
      if (Date.now() > end)
        throw new NotReadyError(`The sandbox was not ready after ${deadline / 1000} s.`, 'fake output');
      await sleep(5);
    }
  }

  async exec(ref: string, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const sandbox = this.#running(ref);
    const begun = performance.now();
    const child = this.#spawn(ref, argv, options.env);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        output[name] += text.slice(0, maxOutput - output[name].length);
      });
    }
    child.stdin?.on('error', () => {}).end(options.stdin ?? '');
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, options.deadline ?? 10_000);
    const code = await new Promise<number>((resolve) => {
      child.on('error', () => resolve(127)).on('close', (exit) => resolve(exit ?? 137));
    });
    clearTimeout(timer);
    sandbox.used += performance.now() - begun;
    return { code, ...output, timedOut };
  }

  async *lines(ref: string, argv: readonly string[], signal: AbortSignal): AsyncIterable<string> {
    const child = this.#spawn(ref, argv);
    const end = () => killGroup(child);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    try {
      if (child.stdout) yield* createInterface({ input: child.stdout });
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  }

  async stream(ref: string, argv: readonly string[]): Promise<Duplex> {
    const { stdin, stdout } = this.#spawn(ref, argv);
    if (!stdin || !stdout) throw new EngineFailedError('no pipes');
    return Duplex.from({ readable: stdout, writable: stdin });
  }

  shellCommand(ref: string, request: ShellRequest): ShellCommand {
    const size = `stty cols ${request.columns} rows ${request.rows}`;
    return { file: 'sh', args: ['-c', `cd ${this.#running(ref).folder}; ${size}; exec sh -i`], env: { PS1: '$ ' } };
  }

  execCommand(ref: string, argv: readonly string[]): ShellCommand {
    const cd = `cd ${this.#running(ref).folder}; exec "$@"`;
    return { file: 'sh', args: ['-c', cd, 'exec', ...argv], env: {} };
  }

  async endShell(ref: string): Promise<void> {
    this.#running(ref);
  }

  async renewLease(ref: string, until: number): Promise<void> {
    const sandbox = this.#running(ref);
    clearTimeout(sandbox.lease);
    sandbox.lease = this.#leaseTimer(ref, until);
  }

  async cpuTime(ref: string): Promise<number> {
    return this.#running(ref).used;
  }

  async freeMemory(): Promise<number | undefined> {
    this.#answer();
    return this.#sandboxes.size > 0 ? (this.behaviour.freeMemory ?? 8 * 2 ** 30) : undefined;
  }

  async remove(ref: string): Promise<void> {
    this.#answer();
    const sandbox = this.#sandboxes.get(ref);
    if (!sandbox) return;
    this.die(ref);
    this.#sandboxes.delete(ref);
    await rm(sandbox.folder, { recursive: true, force: true });
  }

  async list(): Promise<SandboxSummary[]> {
    this.#answer();
    return [...this.#sandboxes].map(([ref, { id, running }]) => ({ ref, id, running }));
  }

  async *events(signal: AbortSignal): AsyncIterable<EngineEvent> {
    try {
      for await (const [event] of on(this.#emitter, 'event', { signal })) yield event;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #answer(): void {
    if (this.#down) throw new EngineDownError('The engine does not answer: it was told so.');
  }

  #running(ref: string): FakeSandbox {
    this.#answer();
    const sandbox = this.#sandboxes.get(ref);
    if (!sandbox?.running) throw new SandboxGoneError(`${ref} does not run`);
    return sandbox;
  }

  #spawn(ref: string, argv: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const { folder } = this.#running(ref);
    const [file = 'true', ...args] = argv;
    const child = spawn(file, args, { cwd: folder, env: { PATH: process.env.PATH ?? '', ...env }, detached: true });
    this.#processes.add(child);
    // A command that is not there; `close` follows.
    child.on('error', () => {});
    child.on('close', () => this.#processes.delete(child));
    return child;
  }

  #leaseTimer(ref: string, until: number): NodeJS.Timeout {
    return setTimeout(() => this.die(ref), Math.min(until - Date.now(), 2 ** 31 - 1)).unref();
  }
}

/** Ends a command with everything it has started. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended this moment.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
