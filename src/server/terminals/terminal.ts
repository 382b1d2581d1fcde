import { setTimeout as sleep } from 'node:timers/promises';
import type { TerminalView } from '../../shared/api.ts';
import { closeCodes, type ServerFrame, type TerminalState, type ViewerFrame } from '../../shared/terminal-protocol.ts';
import type { ShellCommand } from '../engine/engine.ts';
import { Cursor, mustPause } from './flow-control.ts';
import type { Pty, PtySize, SpawnPty } from './pty.ts';
import type { Scrollback } from './scrollback.ts';

const interruptByte = 0x03;

/** How long a block waits for a shell's first output, or for the command before it to end. */
const promptWaitMs = 3000;

/** What a learner may type before the shell is there; a frame is a key or a paste. */
const typedAheadFrames = 256;

/** A connection to a terminal. */
export interface ViewerConnection {
  canWrite: boolean;
  send(frame: ServerFrame): void;
  close(code: number): void;
}

export interface Viewer extends Disposable {
  receive(frame: ViewerFrame): void;
}

/** The shell is running a program: what is typed now would go to that. */
export class TerminalBusyError extends Error {}

interface Options {
  view: TerminalView;
  scrollback: Scrollback;
  spawn: SpawnPty;
  command: (size: PtySize) => ShellCommand;
  onInput: () => void;
  /** Output has arrived; called at most once per event-loop turn. */
  onOutput: () => void;
  onExit: (code: number) => void;
}

/** A shell in a sandbox and those who look at it. Nothing is spawned before the first viewer or block. */
export class Terminal implements Disposable {
  readonly #options: Options;
  readonly #viewers = new Map<Cursor, ViewerConnection>();
  #pty: Pty | undefined;
  #size: PtySize = { columns: 80, rows: 24 };
  #paused = false;
  #flushing = false;
  /** Nothing has come from the shell's holder yet; what is typed until then would be thrown away. */
  #attaching = true;
  #typedAhead: Uint8Array[] = [];
  /** The shell has printed nothing yet. */
  #fresh = true;
  /** Bracketed paste, as the shell switches it: on at a prompt, off while a program runs; undefined where it never does. */
  #atPrompt: boolean | undefined;
  #exit: number | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  get view(): TerminalView {
    return this.#options.view;
  }

  get scrollback(): Scrollback {
    return this.#options.scrollback;
  }

  /** Adds a viewer: state, then what he missed from `from`, then what comes. Starts the shell when there is none. */
  attach(connection: ViewerConnection, from: number, size: PtySize | undefined): Viewer {
    const { scrollback } = this.#options;
    if (size && connection.canWrite) this.#resize(size);
    const liveFrom = scrollback.end;
    this.#ensureShell();
    connection.send({ type: 'state', state: this.#state(connection, liveFrom) });
    const cursor = new Cursor(scrollback, from, {
      output: (offset, bytes) => connection.send({ type: 'output', offset, bytes }),
      gap: (start, end) => connection.send({ type: 'gap', from: start, to: end }),
    });
    this.#viewers.set(cursor, connection);
    cursor.pump();
    return {
      receive: (frame) => this.#receive(frame, cursor, connection),
      [Symbol.dispose]: () => {
        this.#viewers.delete(cursor);
        this.#regulate();
      },
    };
  }

  /**
   * Types text and Enter as one paste, once the shell has printed something and stands at its prompt.
   *
   * @throws {TerminalBusyError} when a program runs in it, unless forced.
   */
  async type(text: string, force: boolean): Promise<void> {
    this.#ensureShell();
    // A command that is just ending is waited for; what goes on after that is meant to.
    for (let waited = 0; (this.#fresh || this.#atPrompt === false) && waited < promptWaitMs; waited += 20) {
      if (force && !this.#fresh) break;
      await sleep(20);
    }
    if (this.#atPrompt === false && !force) throw new TerminalBusyError(this.view.name);
    const paste = this.#atPrompt ? `\x1b[200~${text}\x1b[201~\r` : `${text.replaceAll('\n', '\r')}\r`;
    this.#write(Buffer.from(paste));
  }

  /** Closes every connection with the code and lets go of the shell, which goes on in the sandbox. */
  close(code: number): void {
    for (const connection of this.#viewers.values()) connection.close(code);
    this.#viewers.clear();
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#pty?.kill();
    this.#pty = undefined;
  }

  #receive(frame: ViewerFrame, cursor: Cursor, connection: ViewerConnection): void {
    if (frame.type === 'ack') {
      cursor.ack(frame.offset);
      this.#regulate();
    } else if (connection.canWrite && frame.type === 'resize') this.#resize(frame);
    else if (connection.canWrite && frame.type === 'input') {
      if (frame.bytes.includes(interruptByte)) this.#interrupt();
      this.#options.onInput();
      this.#write(frame.bytes);
    }
  }

  /** What waits for viewers is dropped, and a shell that waits for them goes on to hear the signal. */
  #interrupt(): void {
    for (const cursor of this.#viewers.keys()) cursor.interrupt();
    this.#regulate();
  }

  #ensureShell(): void {
    if (this.#pty) return;
    this.#exit = undefined;
    this.#fresh = true;
    this.#attaching = true;
    this.#typedAhead = [];
    this.#atPrompt = undefined;
    this.#paused = false;
    const pty: Pty = this.#options.spawn(this.#options.command(this.#size), this.#size, {
      onData: (bytes) => this.#onData(bytes),
      onExit: (code) => {
        if (this.#pty === pty) this.#onExit(code);
      },
    });
    this.#pty = pty;
  }

  /** The command line that attaches us empties its input when it starts: until it has answered, typing waits. */
  #write(bytes: Uint8Array): void {
    if (!this.#attaching) this.#pty?.write(bytes);
    else if (this.#typedAhead.length < typedAheadFrames) this.#typedAhead.push(bytes);
  }

  #attached(): void {
    this.#attaching = false;
    for (const bytes of this.#typedAhead.splice(0)) this.#pty?.write(bytes);
  }

  #onData(bytes: Buffer): void {
    if (this.#attaching) this.#attached();
    const output = withoutHolder(bytes, this.#fresh);
    this.#fresh &&= output.length === 0;
    this.#notePrompt(output);
    this.#options.scrollback.append(output);
    if (this.#flushing) return;
    // One frame per turn of the event loop, however many small reads the pty made in it.
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    for (const cursor of this.#viewers.keys()) cursor.pump();
    this.#regulate();
    this.#options.onOutput();
  }

  #onExit(code: number): void {
    this.#pty = undefined;
    this.#exit = code;
    this.#flush();
    for (const connection of this.#viewers.values()) {
      connection.send({ type: 'state', state: this.#state(connection, this.scrollback.end) });
      connection.close(closeCodes.exited);
    }
    this.#viewers.clear();
    this.#options.onExit(code);
  }

  #notePrompt(output: Buffer): void {
    const on = output.lastIndexOf('\x1b[?2004h');
    const off = output.lastIndexOf('\x1b[?2004l');
    if (on !== off) this.#atPrompt = on > off;
  }

  #resize(size: PtySize): void {
    this.#size = { columns: size.columns, rows: size.rows };
    this.#pty?.resize(this.#size);
  }

  #regulate(): void {
    const pause = mustPause(
      [...this.#viewers.keys()].map((cursor) => cursor.lag),
      this.#paused,
    );
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#pty?.pause();
    else this.#pty?.resume();
  }

  #state(connection: ViewerConnection, liveFrom: number): TerminalState {
    return {
      canWrite: connection.canWrite,
      ...this.#size,
      liveFrom,
      shell: this.#exit !== undefined ? 'exited' : this.#fresh ? 'starting' : 'running',
      ...(this.#exit === undefined ? {} : { exitCode: this.#exit }),
    };
  }
}

const attachClear = Buffer.from('\x1b[H\x1b[J');
const endNotice = Buffer.from('\r\n[EOF - dtach terminating]\r\n');
const endClear = Buffer.from('\x1b[999H');

/** What dtach itself prints, at attach and at the end, is not the shell's. */
function withoutHolder(bytes: Buffer, first: boolean): Buffer {
  let output = bytes;
  if (first && startsWith(output, attachClear)) output = output.subarray(attachClear.length);
  if (endsWith(output, endNotice)) output = output.subarray(0, -endNotice.length);
  else return output;
  return endsWith(output, endClear) ? output.subarray(0, -endClear.length) : output;
}

function startsWith(bytes: Buffer, part: Buffer): boolean {
  return bytes.subarray(0, part.length).equals(part);
}

function endsWith(bytes: Buffer, part: Buffer): boolean {
  return bytes.length >= part.length && bytes.subarray(bytes.length - part.length).equals(part);
}
