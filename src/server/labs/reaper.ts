import type { LabState } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import { type EarlierSandbox, type Engine, EngineDownError } from '../engine/engine.ts';
import type { Log } from '../log.ts';
import type { LabRow, SandboxRow, Store } from '../store/store.ts';
import type { Feed } from './feed.ts';
import { liveStates } from './lab.ts';
import type { LabManager } from './lab-manager.ts';
import type { Pool } from './pool.ts';
import type { LiveSandbox, Sandboxes } from './sandboxes.ts';

const tickMs = 1000;

/** Learner processes above this share of a core count as activity. */
const busyShare = 0.02;
/** How often the CPU time of a lab without keystrokes is read, ms. */
const cpuSampleMs = 30_000;

/** Why a lab has no sandbox any more, for the operator. */
const stoppedSentence =
  'The sandbox of this lab stopped: it was killed, ran out of memory, or its engine was restarted.';
const replacedSentence = 'The server was upgraded, and with it the engine that this lab ran in.';

interface Options {
  store: Store;
  engine: Engine;
  manager: LabManager;
  pool: Pool;
  sandboxes: Sandboxes;
  feed: Feed;
  specs: { spec(id: string): LabSpec | undefined };
  /** What an upgrade has left in engines that are used no more. */
  earlier(): Promise<EarlierSandbox[]>;
  log: Log;
}

/** Ends what has expired, removes what nobody owns, keeps alive what is owned. */
export class Reaper implements AsyncDisposable {
  readonly #options: Options;
  readonly #stop = new AbortController();
  readonly #warned = new Set<string>();
  readonly #cpu = new Map<string, { at: number; ms: number }>();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #following: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Reconciles engine and store, then looks after both until disposed. */
  async start(): Promise<void> {
    await this.reconcile();
    this.#following = this.#follow();
    this.#timer = setInterval(() => {
      this.#ticking ??= this.#try('tick', () => this.tick()).finally(() => {
        this.#ticking = undefined;
      });
    }, tickMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await Promise.allSettled([this.#ticking, this.#following]);
  }

  /**
   * What a crash left: sandboxes with a row and a valid lease are adopted, the rest is removed, also from the engine
   * that an upgrade has replaced; labs whose sandbox is gone end with the reason `failed`, or start again when they
   * were just starting.
   */
  async reconcile(): Promise<void> {
    const { store, engine, manager, sandboxes, specs, earlier, log } = this.#options;
    // In this order: another process writes the row before it asks the engine.
    const found = new Map((await engine.list()).map((sandbox) => [sandbox.id, sandbox]));
    const rows = await store.sandboxesIn(['creating', 'ready', 'removing']);
    const adopted = new Set<string>();
    for (const row of rows) {
      const isLeased = row.leaseUntil > Date.now();
      const runs = row.state === 'ready' && found.get(row.id)?.running && (await this.#isWanted(row, ['ready']));
      if (isLeased && (runs || row.purpose === 'test')) {
        adopted.add(row.id);
        if (row.purpose !== 'test') sandboxes.adopt(row as LiveSandbox);
      } else await sandboxes.remove(row);
    }
    const replaced = (await earlier()).filter(({ id }) => !adopted.has(id));
    for (const { id, remove } of replaced) await this.#try(id, remove);
    const upgraded = new Set(rows.filter((row) => replaced.some(({ id }) => id === row.id)).map((row) => row.labId));
    for (const [id, { ref }] of found) if (!rows.some((row) => row.id === id)) await engine.remove(ref);
    for (const lab of await store.labsIn(['starting', 'ready', 'ending'])) {
      const sandbox = await store.sandboxOf(lab.id);
      if (lab.state === 'ending') await manager.finishEnding(lab.id);
      else if (!specs.spec(lab.specId)) await this.#unknown(lab);
      else if (lab.state === 'starting') manager.resume(lab);
      else if (!sandbox) await this.#lost(lab, upgraded.has(lab.id) ? replacedSentence : stoppedSentence);
      // What was done while nobody looked is not known.
      else await manager.touch(lab.id);
    }
    log.info({ adopted: adopted.size, removed: rows.length - adopted.size }, 'engine and store agree');
  }

  /** One round; a part that fails does not keep the others from their turn. */
  async tick(now = Date.now()): Promise<void> {
    const { store, manager, pool } = this.#options;
    const labs = await store.labsIn(['starting', 'ready', 'ending']);
    for (const lab of labs) {
      if (lab.state === 'ending') await this.#try(lab.id, () => manager.finishEnding(lab.id));
      else await this.#try(lab.id, () => this.#judge(lab, now));
    }
    for (const row of await store.sandboxesIn(['ready', 'removing'])) {
      await this.#try(row.id, () => this.#keep(row, now));
    }
    // Memory may have become free without a lab having ended.
    await this.#try('queue', () => manager.admit());
    pool.fill();
  }

  async #judge(lab: LabRow, now: number): Promise<void> {
    const { manager, specs } = this.#options;
    const life = specs.spec(lab.specId)?.life;
    if (!life) return;
    const idleAt = lab.lastActiveAt + life.idle;
    if (lab.expiresAt <= now) await manager.end(lab.id, 'expired', 'platform');
    else if (idleAt <= now && !(await this.#isBusy(lab, now))) await manager.end(lab.id, 'idle', 'platform');
    else {
      const due = life.warn.filter((before) => before < life.ttl && lab.expiresAt - now <= before);
      if (due.length) await this.#warn(lab, 'expires-soon', lab.expiresAt, Math.min(...due));
      const idleWarning = Math.min(...life.warn, life.idle / 2);
      if (idleAt - now <= idleWarning && !(await this.#isBusy(lab, now))) {
        await this.#warn(lab, 'idle-soon', idleAt, lab.lastActiveAt);
      }
    }
  }

  /** Keystrokes and visible pages are told to the manager; what runs without them is seen by its CPU time. */
  async #isBusy(lab: LabRow, now: number): Promise<boolean> {
    const { store, engine, manager } = this.#options;
    const sandbox = lab.state === 'ready' ? await store.sandboxOf(lab.id) : undefined;
    if (!sandbox?.engineRef) return false;
    const before = this.#cpu.get(sandbox.id);
    if (before && now - before.at < cpuSampleMs) return false;
    const ms = await engine.cpuTime(sandbox.engineRef);
    this.#cpu.set(sandbox.id, { at: now, ms });
    const busy = before !== undefined && (ms - before.ms) / (now - before.at) > busyShare;
    if (busy) await manager.touch(lab.id);
    return busy;
  }

  async #warn(lab: LabRow, code: 'expires-soon' | 'idle-soon', when: number, mark: number): Promise<void> {
    const key = `${lab.id} ${code} ${when} ${mark}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    await this.#options.manager.announce(lab.id);
    this.#options.feed.emit('notice', lab.learnerId, { code, by: 'platform', at: Date.now(), when });
  }

  async #keep(row: SandboxRow, now: number): Promise<void> {
    const { sandboxes } = this.#options;
    // A test's process has given its sandbox all the time it may have; nobody renews it.
    const isOver = row.purpose === 'test' && row.leaseUntil <= now;
    const isWanted = await this.#isWanted(row, ['starting', 'ready', 'ending']);
    if (row.state === 'removing' || isOver || !isWanted) await sandboxes.remove(row);
    else if (row.purpose !== 'test' && row.engineRef && sandboxes.needsRenewal(row)) {
      await sandboxes.renewLease(row as LiveSandbox);
    }
  }

  /** A lab's sandbox is wanted while the lab is in one of the states and was not reset since; a waiting one, while it fits a lab. */
  async #isWanted(row: SandboxRow, states: readonly LabState[]): Promise<boolean> {
    if (row.purpose === 'pool') return this.#options.pool.isWanted(row.shape);
    if (row.purpose !== 'lab' || !row.labId) return true;
    const lab = await this.#options.store.lab(row.labId);
    return lab !== undefined && states.includes(lab.state) && row.generation === lab.generation;
  }

  async #follow(): Promise<void> {
    const { engine, feed, store, sandboxes } = this.#options;
    for await (const event of engine.events(this.#stop.signal)) {
      if (event.type === 'died') {
        await this.#try(event.id, async () => {
          const row = (await store.sandboxesIn(['ready'])).find((ready) => ready.id === event.id);
          if (!row) return;
          const lab = row.labId ? await store.lab(row.labId) : undefined;
          if (lab && (liveStates as readonly string[]).includes(lab.state)) await this.#lost(lab);
          else await sandboxes.remove(row);
        });
      } else {
        const code = event.type === 'lost' ? 'engine-down' : 'engine-back';
        feed.emit('notice', undefined, { code, by: 'platform', at: Date.now() });
        if (event.type === 'back') await this.#try('engine', () => this.#afterOutage());
      }
    }
  }

  /** Events that happened while the engine was away were not seen. */
  async #afterOutage(): Promise<void> {
    const { store, engine, sandboxes } = this.#options;
    const running = new Set((await engine.list()).filter((sandbox) => sandbox.running).map((sandbox) => sandbox.id));
    for (const row of await store.sandboxesIn(['ready'])) {
      if (running.has(row.id)) continue;
      const lab = row.labId ? await store.lab(row.labId) : undefined;
      if (lab?.state === 'ready') await this.#lost(lab);
      else await sandboxes.remove(row);
    }
  }

  async #lost(lab: LabRow, failure = stoppedSentence): Promise<void> {
    await this.#options.manager.end(lab.id, 'failed', 'platform', failure);
  }

  async #unknown(lab: LabRow): Promise<void> {
    const failure = `There is no lab of the kind "${lab.specId}" any more.`;
    await this.#options.manager.end(lab.id, 'failed', 'platform', failure);
  }

  async #try(id: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      // While the engine is away everything is simply tried again at the next tick.
      const level = error instanceof EngineDownError ? 'debug' : 'warn';
      this.#options.log[level]({ id, error: (error as Error).message }, 'the reaper will try again');
    }
  }
}
