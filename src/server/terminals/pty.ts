import type { ShellCommand } from '../engine/engine.ts';

export interface PtySize {
  columns: number;
  rows: number;
}

/** A process with a terminal of its own on this machine. */
export interface Pty {
  write(bytes: Uint8Array): void;
  resize(size: PtySize): void;
  /** Stops and continues reading its output; while paused the process blocks once the kernel's buffer is full. */
  pause(): void;
  resume(): void;
  /** Ends the process; `onExit` follows. */
  kill(): void;
}

export interface PtyListener {
  onData(bytes: Buffer): void;
  /** After the last data. */
  onExit(code: number): void;
}

/** Starts the command in a pty of that size. Throws when the command cannot be started. */
export type SpawnPty = (command: ShellCommand, size: PtySize, listener: PtyListener) => Pty;
