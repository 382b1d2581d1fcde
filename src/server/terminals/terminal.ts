import type { Standing, TerminalView } from '../../shared/api.ts';
import { closeCodes, type ServerFrame, type TerminalState, type ViewerFrame } from '../../shared/terminal-protocol.ts';
import type { ShellCommand } from '../engine/engine.ts';
import { Drain } from './drain.ts';
import { Cursor, mustPause } from './flow-control.ts';
import { HeldShell } from './held-shell.ts';
import { Modes } from './modes.ts';
import type { PtySize, SpawnPty } from './pty.ts';
import type { Recording } from './recordings.ts';
import type { Scrollback } from './scrollback.ts';
import { SteadySize } from './steady-size.ts';

const interruptByte = 0x03;

/** Until a page says how large it is. */
const firstSize: PtySize = { columns: 80, rows: 24 };

/** A connection to a terminal. */
export interface ViewerConnection {
  role: Role;
  send(frame: ServerFrame): void;
  close(code: number): void;
}

export interface Viewer extends Disposable {
  receive(frame: ViewerFrame): void;
}

/** The shell is running a program: what is typed now would go to that. */
export class TerminalBusyError extends Error {}

type Role = TerminalState['role'];

/** What a terminal is from its first moment to its last. */
export interface TerminalPlace {
  name: string;
  level: number;
  chain: string[];
}

interface Options {
  place: TerminalPlace;
  scrollback: Scrollback;
  spawn: SpawnPty;
  command: (size: PtySize) => ShellCommand;
  onInput: (bytes: Uint8Array) => void;
  /** Output has arrived; called at most once per event-loop turn. */
  onOutput: () => void;
  /** Its view has changed. */
  onChange: () => void;
  onExit: (code: number) => void;
}

interface Attached {
  connection: ViewerConnection;
  cursor: Cursor;
  liveFrom: number;
  size: PtySize | undefined;
}

/** A shell in a sandbox and those who look at it. Nothing is spawned before the first viewer or block. */
export class Terminal implements Disposable {
  readonly #options: Options;
  readonly #viewers = new Set<Attached>();
  readonly #size: SteadySize;
  readonly #drain = new Drain(() => this.#release());
  #shell: HeldShell | undefined;
  /** The instructor's connection that has the keyboard; without one the learner has it, in all his tabs. */
  #typist: Attached | undefined;
  #paused = false;
  #flushing = false;
  #telling = false;
  #exit: number | undefined;
  label: string | undefined;
  here: Standing;
  recording: Recording | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#size = new SteadySize(firstSize, (size) => this.#shell?.resize(size));
    this.here = this.opened;
  }

  get name(): string {
    return this.#options.place.name;
  }

  /** Where it was opened, and where its shell stands as long as nothing else is known. */
  get opened(): Standing {
    const { level, chain } = this.#options.place;
    return { level, chain, daemon: level === 1 ? 'host' : undefined };
  }

  get view(): TerminalView {
    return {
      ...this.#options.place,
      ...(this.label ? { label: this.label } : {}),
      here: this.here,
      keyboard: this.#keyboard,
      ...(this.recording ? { recordingSince: this.recording.startedAt } : {}),
    };
  }

  get scrollback(): Scrollback {
    return this.#options.scrollback;
  }

  get size(): PtySize {
    return this.#size.size;
  }

  get isRunning(): boolean {
    return this.#shell !== undefined;
  }

  /** Adds a viewer: state, then what he missed from `from`, then what comes. Starts the shell when there is none. */
  attach(connection: ViewerConnection, from: number, size: PtySize | undefined): Viewer {
    const { scrollback } = this.#options;
    const cursor = new Cursor(scrollback, from, {
      output: (offset, bytes) => connection.send({ type: 'output', offset, bytes }),
      gap: (start, end) => connection.send({ type: 'gap', from: start, to: end }),
      modes: (bytes) => connection.send({ type: 'modes', bytes }),
    });
    const viewer: Attached = { connection, cursor, liveFrom: scrollback.end, size };
    if (size) this.#resize(viewer, size);
    this.#ensureShell();
    connection.send({ type: 'state', state: this.#state(viewer) });
    this.#viewers.add(viewer);
    if (cursor.next < scrollback.end) this.#redraw();
    cursor.pump();
    return {
      receive: (frame) => this.#receive(frame, viewer),
      [Symbol.dispose]: () => {
        this.#viewers.delete(viewer);
        if (this.#typist === viewer) this.#giveKeyboard(undefined);
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
    const shell = this.#ensureShell();
    // vi takes pastes as a shell at its prompt does.
    if (this.scrollback.isAlternate && !force) throw new TerminalBusyError(this.name);
    if (!(await shell.type(text, force))) throw new TerminalBusyError(this.name);
  }

  /** Closes every connection with the code and lets go of the shell, which goes on in the sandbox. */
  close(code: number): void {
    for (const { connection } of this.#viewers) connection.close(code);
    this.#viewers.clear();
    this.#typist = undefined;
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#size[Symbol.dispose]();
    this.#drain[Symbol.dispose]();
    this.#shell?.leave();
    this.#shell = undefined;
  }

  #receive(frame: ViewerFrame, viewer: Attached): void {
    if (frame.type === 'ack') {
      viewer.cursor.ack(frame.offset);
      this.#regulate();
    } else if (frame.type === 'keyboard') this.#passKeyboard(viewer, frame.take);
    else if (frame.type === 'resize') {
      viewer.size = frame;
      this.#resize(viewer, frame);
    } else if (this.#canWrite(viewer)) {
      // Of several windows of the learner the one that he types in is the one that he sees.
      if (viewer.size) this.#resize(viewer, viewer.size);
      if (frame.bytes.includes(interruptByte)) this.#interrupt();
      this.#options.onInput(frame.bytes);
      this.#shell?.write(frame.bytes);
    }
  }

  get #keyboard(): Role {
    return this.#typist ? 'instructor' : 'learner';
  }

  #canWrite(viewer: Attached): boolean {
    return this.#typist ? this.#typist === viewer : viewer.connection.role === 'learner';
  }

  /** Who takes it last has it, so that neither can lock the other out; an instructor can only give back what is his. */
  #passKeyboard(viewer: Attached, take: boolean): void {
    if (viewer.connection.role === 'learner') {
      if (take) this.#giveKeyboard(undefined);
    } else if (take) this.#giveKeyboard(viewer);
    else if (this.#typist === viewer) this.#giveKeyboard(undefined);
  }

  #giveKeyboard(typist: Attached | undefined): void {
    if (this.#typist === typist) return;
    this.#typist = typist;
    this.#tell();
    this.#options.onChange();
  }

  /** The learner's screen is the measure, also while the instructor types. */
  #resize(viewer: Attached, size: PtySize): void {
    const { columns, rows } = this.#size.size;
    if (viewer.connection.role !== 'learner' || (size.columns === columns && size.rows === rows)) return;
    this.#size.want(size);
    this.recording?.resize(size);
    this.#tell();
  }

  /** Tells every viewer the state, once per turn of the event loop however often it changes. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    setImmediate(() => {
      this.#telling = false;
      for (const viewer of this.#viewers) viewer.connection.send({ type: 'state', state: this.#state(viewer) });
    });
  }

  /** What waits for viewers is dropped, and a shell that waits for them goes on to hear the signal. */
  #interrupt(): void {
    for (const { cursor } of this.#viewers) cursor.hold();
    if ([...this.#viewers].some(({ cursor }) => cursor.isHeld)) this.#drain.begin();
    this.#regulate();
  }

  #release(): void {
    for (const { cursor } of this.#viewers) cursor.release();
    this.#regulate();
  }

  #ensureShell(): HeldShell {
    if (this.#shell) return this.#shell;
    this.#exit = undefined;
    this.#paused = false;
    const { spawn, command, scrollback } = this.#options;
    const isNew = scrollback.start === scrollback.end;
    const size = this.#size.size;
    const shell: HeldShell = new HeldShell({
      ...{ spawn, size, command: command(size) },
      onAttached: () => {
        if (!isNew) this.#redraw();
      },
      onPrompt: () => setImmediate(() => this.#drain.end()),
      onData: (bytes) => this.#onData(bytes),
      onExit: (code) => {
        if (this.#shell === shell) this.#onExit(code);
      },
    });
    this.#shell = shell;
    return shell;
  }

  /**
   * What stands in the scrollback was painted for screens that may have been other, and may not be all. `top` paints
   * without the alternate screen and repeats no line that it believes to be there, so every program is asked.
   */
  #redraw(): void {
    if (this.#shell?.isFresh !== false) return;
    if (this.scrollback.isAlternate || !this.#shell.isAtPrompt) this.#size.redraw();
  }

  #onData(output: Buffer): void {
    this.#options.scrollback.append(output);
    this.#drain.noteOutput();
    if (this.#flushing) return;
    // One frame per turn of the event loop, however many small reads the pty made in it.
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    for (const { cursor } of this.#viewers) cursor.pump();
    this.recording?.follow();
    this.#regulate();
    this.#options.onOutput();
  }

  #onExit(code: number): void {
    this.#shell = undefined;
    this.#exit = code;
    this.here = this.opened;
    // What the shell left switched on is not the next one's.
    if (this.scrollback.isAlternate) this.scrollback.append(new Modes().restore);
    this.#drain.end();
    this.#flush();
    for (const viewer of this.#viewers) {
      viewer.connection.send({ type: 'state', state: this.#state(viewer) });
      viewer.connection.close(closeCodes.exited);
    }
    this.#viewers.clear();
    this.#typist = undefined;
    this.#options.onExit(code);
  }

  #regulate(): void {
    const cursors = [...this.#viewers].map(({ cursor }) => cursor).filter(({ isHeld }) => !isHeld);
    const pause = mustPause(
      cursors.map(({ lag }) => lag),
      this.#paused,
    );
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#shell?.pause();
    else this.#shell?.resume();
  }

  #state(viewer: Attached): TerminalState {
    return {
      role: viewer.connection.role,
      keyboard: this.#keyboard,
      canWrite: this.#canWrite(viewer),
      ...this.#size.size,
      // Of what he was sent already nothing becomes replay, nor live, any more.
      liveFrom: Math.max(viewer.liveFrom, viewer.cursor.next),
      shell: this.#exit !== undefined ? 'exited' : this.#shell?.isFresh === false ? 'running' : 'starting',
      ...(this.#exit === undefined ? {} : { exitCode: this.#exit }),
    };
  }
}
