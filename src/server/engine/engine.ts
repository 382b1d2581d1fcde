import type { Duplex } from 'node:stream';
import type { Isolation } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';

/** The engine does not answer. */
export class EngineDownError extends Error {}
/** The engine answered, and refused or failed. */
export class EngineFailedError extends Error {}
/** The sandbox does not exist or does not run any more. */
export class SandboxGoneError extends Error {}
/** The sandbox was made but did not become ready in time; `lastOutput` is what it printed last. */
export class NotReadyError extends Error {
  readonly lastOutput: string;

  constructor(message: string, lastOutput: string) {
    super(message);
    this.lastOutput = lastOutput;
  }
}

export interface EngineInfo {
  name: string;
  version: string;
  cgroup: 'v1' | 'v2';
  kernel: string;
  isolation: Isolation;
  /** Memory of the engine's machine, bytes. */
  memory: number;
  cpus: number;
  /** Tags in the labs that are not the official images. */
  standins: string[];
}

export interface SandboxRequest {
  /** Our id; unique, in the sandbox's name and label. */
  id: string;
  shape: string;
  spec: LabSpec;
  /** When the sandbox ends itself unless the lease is renewed; ms since 1970. */
  leaseUntil: number;
}

export interface SandboxSummary {
  /** The engine's id. */
  ref: string;
  /** Our id, from the label. */
  id: string;
  running: boolean;
}

/** A sandbox in an engine that its install uses no more: another rung's, or an older version's. */
export interface EarlierSandbox {
  id: string;
  /** Takes the engine along when it was the last in it. Nothing when it is gone already. */
  remove(): Promise<void>;
}

export interface ExecOptions {
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
  /** Milliseconds after which the command is killed, in the sandbox too. Default 10 s. */
  deadline?: number;
}

export interface ExecResult {
  /** Exit code; 137 when it was killed at the deadline. */
  code: number;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** A command for a pty on this machine. */
export interface ShellCommand {
  file: string;
  args: string[];
  env: Record<string, string>;
}

export interface ShellRequest {
  /** Names the holder in the sandbox: the same name attaches to the same shell. */
  terminal: string;
  /** Containers to step into, from L1; empty for L1. */
  chain: readonly string[];
  columns: number;
  rows: number;
}

/** `died`: a sandbox stopped. `lost`, `back`: the connection to the engine. */
export type EngineEvent = { type: 'died'; ref: string; id: string } | { type: 'lost' } | { type: 'back' };

/**
 * Makes sandboxes. Every method throws EngineDownError when the engine does not answer; methods that take a `ref` throw
 * SandboxGoneError when it does not exist or does not run (except `remove`, for which gone is done).
 */
export interface Engine extends AsyncDisposable {
  info(): Promise<EngineInfo>;

  /** Resolves when the engine answers; takes a millisecond or two. */
  ping(): Promise<void>;

  /**
   * Creates and starts a sandbox and answers its ref; it need not be ready. On failure or abort nothing is left.
   *
   * @throws {EngineFailedError} with the engine's own words.
   */
  create(request: SandboxRequest, signal?: AbortSignal): Promise<string>;

  /**
   * Resolves when the sandbox's own engine answers.
   *
   * @throws {NotReadyError} after `deadline` ms, or as soon as the sandbox stops; it is not removed.
   */
  waitReady(ref: string, deadline: number, signal?: AbortSignal): Promise<void>;

  /** Runs a command as root in L1, cwd `/`, without a terminal, and collects its output (at most 1 MiB each). */
  exec(ref: string, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;

  /** Runs a command in L1 and yields its lines of output until it ends or the signal aborts; both end the command. */
  lines(ref: string, argv: readonly string[], signal: AbortSignal): AsyncIterable<string>;

  /** Runs a command in L1 and gives its stdin and stdout as one stream; the command ends when its stdin does. */
  stream(ref: string, argv: readonly string[]): Promise<Duplex>;

  /** argv for a pty: attaches to the held shell of that name, starting it when it is not there. */
  shellCommand(ref: string, request: ShellRequest): ShellCommand;

  /** argv for `lab exec`: stdin, stdout, stderr and exit code are passed through. */
  execCommand(ref: string, argv: readonly string[]): ShellCommand;

  /** Ends a held shell: hangup, then kill. Nothing happens when there is none. */
  endShell(ref: string, terminal: string): Promise<void>;

  /** Until when the sandbox runs without hearing from us again; ms since 1970. */
  renewLease(ref: string, until: number): Promise<void>;

  /** CPU time that everything in the sandbox has used, milliseconds. */
  cpuTime(ref: string): Promise<number>;

  /** Memory that the engine's machine has left, bytes; undefined while no sandbox runs from which to look. */
  freeMemory(): Promise<number | undefined>;

  /** Ends and removes the sandbox with its volumes. Resolves when the engine has confirmed that it is gone. */
  remove(ref: string): Promise<void>;

  /** All sandboxes of this install, running or not. */
  list(): Promise<SandboxSummary[]>;

  /** Events from now on; survives a lost connection, which it reports. Ends with the signal. */
  events(signal: AbortSignal): AsyncIterable<EngineEvent>;
}
