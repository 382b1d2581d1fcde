import type { Standing, TerminalView } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import { closeCodes } from '../../shared/terminal-protocol.ts';
import { type Engine, SandboxGoneError } from '../engine/engine.ts';
import type { Feed } from '../labs/feed.ts';
import type { Log } from '../log.ts';
import type { LabRow } from '../store/store.ts';
import { Locating } from './locating.ts';
import type { SpawnPty } from './pty.ts';
import type { Recordings } from './recordings.ts';
import { Scrollback } from './scrollback.ts';
import { Terminal, type TerminalPlace } from './terminal.ts';
import { scrollbackBytes, type Transcripts } from './transcript.ts';

/** After this long without output the map and the check look again. */
const settleMs = 600;
/** A crash loses at most this much output, ms. */
const saveEveryMs = 1000;
/** Changes of the lab's view are told together, ms; two may fight for a keyboard. */
const tellEveryMs = 100;
/** Terminals per lab; each costs processes on this machine and a megabyte. */
export const maxTerminals = 10;

/** Longest name that the holder in the sandbox accepts. */
const nameLength = 40;

/** The lab has as many terminals as it may. */
export class TerminalLimitError extends Error {}
export class UnknownTerminalError extends Error {}

interface Options {
  engine: Engine;
  spawn: SpawnPty;
  transcripts: Transcripts;
  recordings: Recordings;
  /** Where the shells of a sandbox stand, by terminal, and which shells further in they lead to. */
  locate: (ref: string) => Promise<ReadonlyMap<string, { here: Standing; inner: readonly number[] }>>;
  feed: Feed;
  /** The learner typed. */
  onActivity: (labId: string) => void;
  /** A terminal has come, gone or changed. */
  onChange: (labId: string) => void;
  log: Log;
}

interface LabTerminals {
  generation: number;
  ref: string;
  /** In the order in which the learner sees them. */
  terminals: Map<string, Terminal>;
  /** Names whose shell is being ended: a new one of that name would be given the old shell. */
  ending: Set<string>;
  dirty: Set<Terminal>;
  settle: NodeJS.Timeout | undefined;
  tell: NodeJS.Timeout | undefined;
  locating: Locating;
  /** Resolves when all terminals are known. */
  opened: Promise<void>;
}

/** All terminals, by lab. Follows the feed: a reset or an end closes what belongs to the old sandbox. */
export class Terminals implements AsyncDisposable {
  readonly #options: Options;
  readonly #labs = new Map<string, LabTerminals>();
  readonly #saver: NodeJS.Timeout;
  readonly #unfollow: () => void;

  constructor(options: Options) {
    this.#options = options;
    this.#unfollow = options.feed.follow('lab', (lab) => this.#onLab(lab));
    this.#saver = setInterval(() => this.#saveDirty(), saveEveryMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#saver);
    this.#unfollow();
    await this.#saveDirty();
    for (const id of [...this.#labs.keys()]) this.#close(id, closeCodes.restart);
  }

  /** The lab's terminals: those that are open, and before that those of its spec. */
  views(lab: LabRow, spec: LabSpec): TerminalView[] {
    const own = this.#labs.get(lab.id);
    if (own?.generation === lab.generation) return [...own.terminals.values()].map((terminal) => terminal.view);
    return Object.entries(spec.terminals).map(([name, { level }]) => {
      return { name, level, chain: [], here: { level, chain: [], daemon: 'host' }, keyboard: 'learner' };
    });
  }

  /**
   * Makes the terminals of a ready lab known: those of its spec, and after a restart those that were open before.
   *
   * @throws {SandboxGoneError} when the lab was reset or ended meanwhile, {EngineDownError}
   */
  async open(lab: LabRow, ref: string, spec: LabSpec): Promise<void> {
    const known = this.#labs.get(lab.id);
    if (known && known.generation > lab.generation) throw new SandboxGoneError(lab.id);
    const own = known?.generation === lab.generation ? known : this.#begin(lab, ref, spec);
    // Else the learner would read the command line's complaint as his shell's.
    await this.#options.engine.ping();
    await own.opened;
    // Reset or ended meanwhile: what is asked for now belongs to a sandbox that is gone.
    if (this.#labs.get(lab.id) !== own) throw new SandboxGoneError(lab.id);
  }

  /** Known at once, so that a reset or an end that comes while it loads closes it. */
  #begin(lab: LabRow, ref: string, spec: LabSpec): LabTerminals {
    const own: LabTerminals = {
      generation: lab.generation,
      ref,
      terminals: new Map(),
      ending: new Set(),
      dirty: new Set(),
      settle: undefined,
      tell: undefined,
      locating: new Locating(() => this.#locate(lab.id, own)),
      opened: Promise.resolve(),
    };
    this.#labs.set(lab.id, own);
    own.opened = this.#load(lab, own, spec);
    return own;
  }

  async #load(lab: LabRow, own: LabTerminals, spec: LabSpec): Promise<void> {
    const { kept, damaged } = await this.#options.transcripts.load(lab.id, lab.generation);
    for (const { terminal, scrollback } of kept) {
      const { name, level, chain, label } = terminal;
      this.#add(lab.id, own, { name, level, chain }, scrollback).label = label;
    }
    // Those of the spec that are not among the kept were closed by the learner.
    const first = Object.entries(spec.terminals).filter(([name]) => kept.length === 0 || damaged.includes(name));
    for (const [name, { level }] of first) this.#add(lab.id, own, { name, level, chain: [] });
    if (kept.length > 0) this.#options.onChange(lab.id);
    own.locating.noteOutput();
  }

  /** @throws {UnknownTerminalError} */
  get(labId: string, name: string): Terminal {
    const terminal = this.#labs.get(labId)?.terminals.get(name);
    if (!terminal) throw new UnknownTerminalError(name);
    return terminal;
  }

  /** A further terminal in that chain of containers. @throws {TerminalLimitError | UnknownTerminalError} */
  create(labId: string, chain: readonly string[], level = chain.length + 1): Terminal {
    const own = this.#labs.get(labId);
    if (!own) throw new UnknownTerminalError(chain.join('/'));
    if (own.terminals.size + own.ending.size >= maxTerminals) throw new TerminalLimitError(labId);
    const name = freeName(chain, new Set([...own.terminals.keys(), ...own.ending]));
    const terminal = this.#add(labId, own, { name, level, chain: [...chain] });
    this.#tell(labId, own);
    return terminal;
  }

  /**
   * The terminal that a block belongs to: the one preferred, if its shell stands there now; else one that does; else one
   * that was opened there, wherever its shell is now; else a new one. @throws {TerminalLimitError}
   */
  for(labId: string, chain: readonly string[], level: number, preferred: string | undefined): Terminal {
    const all = [...(this.#labs.get(labId)?.terminals.values() ?? [])];
    const standing = all.filter(({ here }) => standsIn(here, chain, level));
    const opened = all.find(({ opened }) => opened.chain.join('/') === chain.join('/'));
    const found = standing.find(({ name }) => name === preferred) ?? standing[0] ?? opened;
    return found ?? this.create(labId, chain, level);
  }

  /** @throws {UnknownTerminalError} */
  change(labId: string, name: string, change: { label?: string | undefined; position?: number | undefined }): Terminal {
    const terminal = this.get(labId, name);
    const own = this.#labs.get(labId);
    if (!own) throw new UnknownTerminalError(name);
    if (change.label !== undefined) terminal.label = change.label || undefined;
    if (change.position !== undefined) {
      const others = [...own.terminals.values()].filter((other) => other !== terminal);
      others.splice(change.position, 0, terminal);
      own.terminals = new Map(others.map((other) => [other.name, other]));
    }
    for (const each of own.terminals.values()) own.dirty.add(each);
    this.#tell(labId, own);
    return terminal;
  }

  /** Ends the terminal and its shell. Resolves when that is gone. @throws {UnknownTerminalError | EngineDownError} */
  async end(labId: string, name: string): Promise<void> {
    const terminal = this.get(labId, name);
    const own = this.#labs.get(labId);
    if (!own) throw new UnknownTerminalError(name);
    own.ending.add(name);
    this.#drop(labId, own, terminal, closeCodes.closed);
    try {
      // Not to know what it leads to keeps no shell alive.
      const places = await this.#options.locate(own.ref).catch((error: Error) => {
        this.#options.log.debug({ lab: labId, error: error.message }, 'not known where the shells stand');
      });
      await this.#endShell(own.ref, name, places?.get(name)?.inner ?? []);
    } finally {
      own.ending.delete(name);
    }
  }

  /** A `docker exec` leaves its shell in the container when it is ended: that hangs up, too, from the innermost out. */
  async #endShell(ref: string, name: string, inner: readonly number[]): Promise<void> {
    const { engine } = this.#options;
    const pids = inner.toReversed().map(String);
    if (pids.length > 0) await engine.exec(ref, ['/opt/lab/bin/busybox', 'kill', '-HUP', ...pids]);
    await engine.endShell(ref, name);
    if (pids.length > 0) await engine.exec(ref, ['/opt/lab/bin/busybox', 'kill', '-KILL', ...pids]);
  }

  /** Begins or ends recording. @throws {UnknownTerminalError | RecordingLimitError} */
  async record(labId: string, name: string, on: boolean): Promise<Terminal> {
    const terminal = this.get(labId, name);
    if (on === (terminal.recording !== undefined)) return terminal;
    if (on) {
      const stop = () => void this.record(labId, name, false);
      const recording = await this.#options.recordings.begin(labId, terminal, stop);
      // Asked for twice, or closed, while the file was made.
      if (terminal.recording || !this.#labs.get(labId)?.terminals.has(name)) await recording.end();
      else terminal.recording = recording;
    } else this.#stopRecording(labId, terminal);
    this.#options.onChange(labId);
    return terminal;
  }

  #stopRecording(labId: string, terminal: Terminal): void {
    const { recording } = terminal;
    terminal.recording = undefined;
    recording?.end().catch((error: Error) => {
      this.#options.log.warn({ lab: labId, terminal: terminal.name, error: error.message }, 'a recording was not kept');
    });
  }

  #add(labId: string, own: LabTerminals, place: TerminalPlace, scrollback = new Scrollback(scrollbackBytes)): Terminal {
    const { engine, spawn, onActivity, log } = this.#options;
    const { name, chain } = place;
    const terminal: Terminal = new Terminal({
      ...{ place, scrollback, spawn },
      command: (size) => engine.shellCommand(own.ref, { terminal: name, chain, ...size }),
      onInput: (bytes) => {
        onActivity(labId);
        own.locating.noteInput(bytes);
      },
      onOutput: () => {
        own.dirty.add(terminal);
        own.locating.noteOutput();
        clearTimeout(own.settle);
        own.settle = setTimeout(() => this.#options.feed.emit('stirred', labId), settleMs);
      },
      onChange: () => this.#tell(labId, own),
      onExit: (code) => {
        log.debug({ lab: labId, terminal: name, code }, 'shell exited');
        // A shell inside a container goes with it; its tab goes too.
        if (chain.length > 0) this.#drop(labId, own, terminal, closeCodes.exited);
        else this.#tell(labId, own);
      },
    });
    own.terminals.set(name, terminal);
    own.dirty.add(terminal);
    return terminal;
  }

  /** Resolves when the views tell where the shells stand now. */
  async locate(labId: string): Promise<void> {
    await this.#labs.get(labId)?.locating.current();
  }

  async #locate(labId: string, own: LabTerminals): Promise<void> {
    const { locate, log } = this.#options;
    try {
      const places = await locate(own.ref);
      let hasMoved = false;
      for (const terminal of own.terminals.values()) {
        const here = (terminal.isRunning && places.get(terminal.name)?.here) || terminal.opened;
        hasMoved ||= JSON.stringify(here) !== JSON.stringify(terminal.here);
        terminal.here = here;
      }
      if (hasMoved && this.#labs.get(labId) === own) this.#tell(labId, own);
      // A shell whose terminal was closed while the engine did not answer, or before a crash.
      const strays = [...places.keys()].filter((name) => !own.terminals.has(name) && !own.ending.has(name));
      for (const name of strays) await this.#endShell(own.ref, name, places.get(name)?.inner ?? []);
    } catch (error) {
      log.debug({ lab: labId, error: (error as Error).message }, 'not known where the shells stand');
    }
  }

  #drop(labId: string, own: LabTerminals, terminal: Terminal, code: number): void {
    own.terminals.delete(terminal.name);
    own.dirty.delete(terminal);
    this.#stopRecording(labId, terminal);
    terminal.close(code);
    this.#options.transcripts.removeOne(labId, terminal.name).catch((error: Error) => {
      this.#options.log.warn({ lab: labId, error: error.message }, 'a transcript was not removed');
    });
    this.#tell(labId, own);
  }

  #tell(labId: string, own: LabTerminals): void {
    if (own.tell) return;
    own.tell = setTimeout(() => {
      own.tell = undefined;
      this.#options.onChange(labId);
    }, tellEveryMs);
  }

  #onLab(lab: LabRow): void {
    const own = this.#labs.get(lab.id);
    if (lab.state === 'ending' || lab.state === 'ended') {
      this.#close(lab.id, closeCodes.ended);
      if (lab.state === 'ended') this.#forget(lab.id);
    } else if (own && own.generation !== lab.generation) this.#close(lab.id, closeCodes.reset);
  }

  #forget(labId: string): void {
    const { transcripts, recordings, log } = this.#options;
    Promise.all([transcripts.remove(labId), recordings.removeAll(labId)]).catch((error: Error) => {
      log.warn({ lab: labId, error: error.message }, 'transcripts were not removed');
    });
  }

  #close(labId: string, code: number): void {
    const own = this.#labs.get(labId);
    if (!own) return;
    clearTimeout(own.settle);
    clearTimeout(own.tell);
    own.locating[Symbol.dispose]();
    this.#labs.delete(labId);
    for (const terminal of own.terminals.values()) {
      this.#stopRecording(labId, terminal);
      terminal.close(code);
    }
  }

  async #saveDirty(): Promise<void> {
    for (const [labId, own] of this.#labs) {
      const dirty = [...own.dirty];
      own.dirty.clear();
      for (const terminal of dirty) {
        // Closed meanwhile: what is written now would stay behind.
        if (this.#labs.get(labId) !== own) break;
        const { name, label, opened } = terminal;
        const position = [...own.terminals.keys()].indexOf(name);
        const { level, chain } = opened;
        const header = { generation: own.generation, name, level, chain, label, position };
        await this.#options.transcripts.save(labId, header, terminal.scrollback).catch((error: Error) => {
          this.#options.log.warn({ lab: labId, error: error.message }, 'a transcript was not saved');
        });
      }
    }
  }
}

/** Terminals are named after where they stand; a name is part of addresses and file names. */
function freeName(chain: readonly string[], taken: ReadonlySet<string>): string {
  const base =
    chain
      .join('-')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, nameLength - 3)
      .replace(/^-+|-+$/g, '') || 'host';
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
  return name;
}

/** A chain may lead through a container whose `docker` speaks to a daemon further out: the last ones are where it ends. */
export function standsIn(here: Standing, chain: readonly string[], level: number): boolean {
  const end = level > 1 ? chain.slice(1 - level) : [];
  return [chain, end].some((place) => place.join('/') === here.chain.join('/'));
}
