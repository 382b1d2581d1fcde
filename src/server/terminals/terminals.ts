import type { TerminalView } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import { closeCodes } from '../../shared/terminal-protocol.ts';
import { type Engine, SandboxGoneError } from '../engine/engine.ts';
import type { Feed } from '../labs/feed.ts';
import type { Log } from '../log.ts';
import type { LabRow } from '../store/store.ts';
import type { SpawnPty } from './pty.ts';
import { Scrollback } from './scrollback.ts';
import { Terminal } from './terminal.ts';
import { scrollbackBytes, type Transcripts } from './transcript.ts';

/** After this long without output the map and the check look again. */
const settleMs = 600;
/** A crash loses at most this much output, ms. */
const saveEveryMs = 1000;
/** Terminals per lab; each costs a process on this machine and a megabyte. */
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
  feed: Feed;
  /** The learner typed. */
  onActivity: (labId: string) => void;
  /** A terminal has come or gone. */
  onChange: (labId: string) => void;
  log: Log;
}

interface LabTerminals {
  generation: number;
  ref: string;
  terminals: Map<string, Terminal>;
  dirty: Set<Terminal>;
  settle: NodeJS.Timeout | undefined;
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
    return Object.entries(spec.terminals).map(([name, { level }]) => ({ name, level, chain: [] }));
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
      dirty: new Set(),
      settle: undefined,
      opened: Promise.resolve(),
    };
    this.#labs.set(lab.id, own);
    own.opened = this.#load(lab, own, spec);
    return own;
  }

  async #load(lab: LabRow, own: LabTerminals, spec: LabSpec): Promise<void> {
    for (const { terminal, scrollback } of await this.#options.transcripts.load(lab.id, lab.generation)) {
      this.#add(lab, own, { name: terminal.name, level: terminal.level, chain: terminal.chain }, scrollback);
    }
    for (const [name, { level }] of Object.entries(spec.terminals)) {
      if (!own.terminals.has(name)) this.#add(lab, own, { name, level, chain: [] });
    }
    if (own.terminals.size > Object.keys(spec.terminals).length) this.#options.onChange(lab.id);
  }

  /** @throws {UnknownTerminalError} */
  get(labId: string, name: string): Terminal {
    const terminal = this.#labs.get(labId)?.terminals.get(name);
    if (!terminal) throw new UnknownTerminalError(name);
    return terminal;
  }

  /** The terminal that stands in that chain of containers, made when there is none. @throws {TerminalLimitError} */
  in(lab: LabRow, chain: readonly string[], level: number): Terminal {
    const own = this.#labs.get(lab.id);
    if (!own) throw new UnknownTerminalError(chain.join('/'));
    const same = [...own.terminals.values()].find((terminal) => terminal.view.chain.join('/') === chain.join('/'));
    if (same) return same;
    if (own.terminals.size >= maxTerminals) throw new TerminalLimitError(lab.id);
    const name = freeName(chain, own.terminals);
    const terminal = this.#add(lab, own, { name, level, chain: [...chain] });
    this.#options.onChange(lab.id);
    return terminal;
  }

  #add(lab: LabRow, own: LabTerminals, view: TerminalView, scrollback = new Scrollback(scrollbackBytes)): Terminal {
    const { engine, spawn, onActivity, onChange, log } = this.#options;
    const terminal: Terminal = new Terminal({
      view,
      scrollback,
      spawn,
      command: (size) => engine.shellCommand(own.ref, { terminal: view.name, chain: view.chain, ...size }),
      onInput: () => onActivity(lab.id),
      onOutput: () => {
        own.dirty.add(terminal);
        clearTimeout(own.settle);
        own.settle = setTimeout(() => this.#options.feed.emit('stirred', lab.id), settleMs);
      },
      onExit: (code) => {
        log.debug({ lab: lab.id, terminal: view.name, code }, 'shell exited');
        // A shell inside a container goes with it; its tab goes too.
        if (view.chain.length > 0) own.terminals.delete(view.name);
        onChange(lab.id);
      },
    });
    own.terminals.set(view.name, terminal);
    return terminal;
  }

  #onLab(lab: LabRow): void {
    const own = this.#labs.get(lab.id);
    if (lab.state === 'ending' || lab.state === 'ended') {
      this.#close(lab.id, closeCodes.ended);
      if (lab.state === 'ended') this.#forget(lab.id);
    } else if (own && own.generation !== lab.generation) this.#close(lab.id, closeCodes.reset);
  }

  #forget(labId: string): void {
    this.#options.transcripts.remove(labId).catch((error: Error) => {
      this.#options.log.warn({ lab: labId, error: error.message }, 'transcripts were not removed');
    });
  }

  #close(labId: string, code: number): void {
    const own = this.#labs.get(labId);
    if (!own) return;
    clearTimeout(own.settle);
    this.#labs.delete(labId);
    for (const terminal of own.terminals.values()) terminal.close(code);
  }

  async #saveDirty(): Promise<void> {
    for (const [labId, own] of this.#labs) {
      const dirty = [...own.dirty];
      own.dirty.clear();
      for (const terminal of dirty) {
        // Closed meanwhile: what is written now would stay behind.
        if (this.#labs.get(labId) !== own) break;
        const header = { ...terminal.view, generation: own.generation };
        await this.#options.transcripts.save(labId, header, terminal.scrollback).catch((error: Error) => {
          this.#options.log.warn({ lab: labId, error: error.message }, 'a transcript was not saved');
        });
      }
    }
  }
}

/** Terminals are named after where they stand; a name is part of addresses and file names. */
function freeName(chain: readonly string[], taken: ReadonlyMap<string, unknown>): string {
  const base =
    chain
      .join('-')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, nameLength - 3)
      .replace(/^-+|-+$/g, '') || 'terminal';
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
  return name;
}
