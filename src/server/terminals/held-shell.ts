import { setTimeout as sleep } from 'node:timers/promises';
import type { ShellCommand } from '../engine/engine.ts';
import type { Pty, PtySize, SpawnPty } from './pty.ts';

/** How long typing a block waits for a shell's first output, or for the command before it to end. */
const promptWaitMs = 3000;
/** How often it looks, ms. */
const promptLookMs = 20;

/** What a learner may type before the shell is there; a frame is a key or a paste. */
const typedAheadFrames = 256;

/** A connection to a shell that dtach holds in a sandbox: knows when it is there, and whether it stands at its prompt. */
export class HeldShell {
  readonly #pty: Pty;
  /** Nothing has come from the shell's holder yet; what is typed until then would be thrown away. */
  #attaching = true;
  #typedAhead: Uint8Array[] = [];
  #fresh = true;
  /** Bracketed paste, as the shell switches it: on at a prompt, off while a program runs; undefined where it never does. */
  #atPrompt: boolean | undefined;

  constructor(options: {
    spawn: SpawnPty;
    command: ShellCommand;
    size: PtySize;
    onAttached: () => void;
    /** The shell has come to its prompt; called before `onData` with what tells it. */
    onPrompt: () => void;
    onData: (bytes: Buffer) => void;
    onExit: (code: number) => void;
  }) {
    const { spawn, command, size, onExit } = options;
    this.#pty = spawn(command, size, {
      onExit,
      onData: (bytes) => {
        if (this.#attaching) this.#attached();
        const output = withoutHolder(bytes, this.#fresh);
        const first = this.#fresh && output.length > 0;
        if (first) this.#fresh = false;
        if (this.#notePrompt(output)) options.onPrompt();
        options.onData(output);
        if (first) options.onAttached();
      },
    });
  }

  /** The shell has printed nothing yet. */
  get isFresh(): boolean {
    return this.#fresh;
  }

  /** Known to stand at its prompt; where the shell never tells, or has not told since we came, it is not known. */
  get isAtPrompt(): boolean {
    return this.#atPrompt === true;
  }

  /** The command line that attaches us empties its input when it starts: until it has answered, typing waits. */
  write(bytes: Uint8Array): void {
    if (!this.#attaching) this.#pty.write(bytes);
    else if (this.#typedAhead.length < typedAheadFrames) this.#typedAhead.push(bytes);
  }

  /**
   * Types text and Enter as one paste, once the shell has printed something and stands at its prompt. Answers false when
   * a program goes on running in it, unless forced.
   */
  async type(text: string, force: boolean): Promise<boolean> {
    // A command that is just ending is waited for; what goes on after that is meant to.
    for (let waited = 0; (this.#fresh || this.#atPrompt === false) && waited < promptWaitMs; waited += promptLookMs) {
      if (force && !this.#fresh) break;
      await sleep(promptLookMs);
    }
    if (this.#atPrompt === false && !force) return false;
    const paste = this.#atPrompt ? `\x1b[200~${text}\x1b[201~\r` : `${text.replaceAll('\n', '\r')}\r`;
    this.write(Buffer.from(paste));
    return true;
  }

  resize(size: PtySize): void {
    this.#pty.resize(size);
  }

  pause(): void {
    this.#pty.pause();
  }

  resume(): void {
    this.#pty.resume();
  }

  /** Lets go of the shell, which goes on in the sandbox. */
  leave(): void {
    this.#pty.kill();
  }

  #attached(): void {
    this.#attaching = false;
    for (const bytes of this.#typedAhead.splice(0)) this.#pty.write(bytes);
  }

  /** Whether the output tells of a prompt. */
  #notePrompt(output: Buffer): boolean {
    const on = output.lastIndexOf('\x1b[?2004h');
    const off = output.lastIndexOf('\x1b[?2004l');
    if (on !== off) this.#atPrompt = on > off;
    return on > off;
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
