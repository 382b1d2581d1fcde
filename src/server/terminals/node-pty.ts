import { writeSync } from 'node:fs';
import { spawn } from 'node-pty';
import type { Pty, SpawnPty } from './pty.ts';

/** Input that waits for a program which does not read. More is thrown away, as a kernel does whose buffer is full. */
const mostWaiting = { bytes: 2 ** 20, pieces: 1024 };
/** The kernel tells nobody when a terminal takes input again; it is tried this often, ms. */
const retryMs = 5;

/** What node-pty's types do not tell. */
interface Inside {
  fd: number;
  _socket: { destroyed: boolean };
}

/**
 * Writes to a pty without blocking. node-pty's own queue has no bound, asks a full terminal again without a pause (a
 * whole core for as long as a program does not read), and goes on after the descriptor was closed.
 */
class PtyInput {
  readonly #pty: Inside;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pty: Inside) {
    this.#pty = pty;
  }

  write(bytes: Uint8Array): void {
    if (this.#size + bytes.length > mostWaiting.bytes || this.#waiting.length >= mostWaiting.pieces) return;
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    if (!this.#timer) this.#drain();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#size = 0;
  }

  #drain(): void {
    this.#timer = undefined;
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      // Its number may belong to another file already.
      if (this.#pty._socket.destroyed) {
        this.end();
        return;
      }
      const written = writeSome(this.#pty.fd, first);
      this.#size -= written;
      if (written === first.length) this.#waiting.shift();
      else {
        this.#waiting[0] = first.subarray(written);
        this.#timer = setTimeout(() => this.#drain(), retryMs);
        return;
      }
    }
  }
}

/** How many of the bytes the terminal took; what has no reader any more counts as taken. */
function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : bytes.length;
  }
}

/** The pty port by node-pty. */
export const spawnNodePty: SpawnPty = (command, size, listener): Pty => {
  const child = spawn(command.file, command.args, {
    name: 'xterm-256color',
    cols: size.columns,
    rows: size.rows,
    cwd: '/',
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...command.env },
    // Without an encoding node-pty hands over the bytes themselves; its types only know text.
    encoding: null,
  });
  child.onData((data) => listener.onData(data as unknown as Buffer));
  const input = new PtyInput(child as unknown as Inside);
  child.onExit(({ exitCode }) => {
    input.end();
    listener.onExit(exitCode);
  });
  return {
    write: (bytes) => input.write(bytes),
    resize({ columns, rows }) {
      try {
        child.resize(columns, rows);
      } catch {
        // The process has closed its terminal (EBADF) and its exit is on the way; nothing is left to resize.
      }
    },
    pause: () => child.pause(),
    resume: () => child.resume(),
    kill() {
      input.end();
      child.kill('SIGKILL');
    },
  };
};
