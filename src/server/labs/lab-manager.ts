import { randomBytes } from 'node:crypto';
import type { Actor, EndReason, Isolation, LabView, Phase, PhaseName, Place, TerminalView } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import type { Log } from '../log.ts';
import { type LabRow, LiveLabError, type Store } from '../store/store.ts';
import type { Capacity } from './capacity.ts';
import type { Feed, NoticeCode } from './feed.ts';
import {
  ClosingError,
  ExtendLimitError,
  LabEndedError,
  LabNotReadyError,
  liveStates,
  OtherLabError,
  statesBefore,
  UnknownLabError,
} from './lab.ts';
import type { Pool } from './pool.ts';
import { Queue } from './queue.ts';
import type { LiveSandbox, Sandboxes } from './sandboxes.ts';

/** Activity is written down at most this often per lab. */
const activityGranularityMs = 5000;

/** From when on a page is told when the lab would be ended for idleness. */
const idleNoticeMs = 5 * 60_000;

interface Options {
  store: Store;
  sandboxes: Sandboxes;
  pool: Pool;
  feed: Feed;
  specs: { spec(id: string): LabSpec | undefined };
  isolation: Isolation;
  verdictId: number | undefined;
  capacity: Capacity;
  terminalsOf: (lab: LabRow, spec: LabSpec) => TerminalView[];
  log: Log;
}

/** Gives learners labs, resets, extends and ends them. */
export class LabManager implements AsyncDisposable {
  readonly #options: Options;
  readonly #queue: Queue;
  readonly #phases = new Map<string, Phase[]>();
  readonly #starts = new Map<string, { done: Promise<void>; abort: AbortController }>();
  /** The last claim that counts labs; the next one counts after it, so that room for one is not given to many. */
  #counting: Promise<unknown> = Promise.resolve();
  #closing = false;
  #admitting = false;
  /** There may be room that the look under way has not seen. */
  #mayAdmit = false;

  constructor(options: Options) {
    this.#options = options;
    this.#queue = new Queue((learnerId, position) => options.feed.emit('queue', learnerId, position));
  }

  /** Ends every lab with the reason `shutdown` and waits until the engine has confirmed it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#queue[Symbol.dispose]();
    await this.#counting;
    const live = await this.#options.store.labsIn([...liveStates, 'ending']);
    await Promise.allSettled(live.map((lab) => this.end(lab.id, 'shutdown', 'platform')));
    await Promise.allSettled([...this.#starts.values()].map((start) => start.done));
  }

  /**
   * Gives the learner a lab of the spec: his own if he has one, else a new one, else a place in the queue. It may still
   * be starting; the feed tells.
   *
   * @throws {UnknownLabError} for an unknown spec, {OtherLabError} when he has a lab of another spec and does not
   *   replace it, {ClosingError}
   */
  async claim(
    learnerId: string,
    specId: string,
    options: { place?: Place; replace?: boolean } = {},
  ): Promise<{ lab: LabRow; created: boolean } | { position: number }> {
    const spec = this.#spec(specId);
    const current = await this.#liveLab(learnerId);
    if (current?.specId === specId) return { lab: current, created: false };
    if (current && !options.replace) throw new OtherLabError(current.specId);
    if (current) await this.end(current.id, 'learner', 'learner');
    const given = this.#counting.then(() => this.#give(learnerId, spec, options.place));
    this.#counting = given.catch(() => undefined);
    return await given;
  }

  async #give(
    learnerId: string,
    spec: LabSpec,
    place: Place | undefined,
  ): Promise<{ lab: LabRow; created: boolean } | { position: number }> {
    const { store, capacity } = this.#options;
    if (this.#closing) throw new ClosingError('The server is going away.');
    const live = await store.labsIn([...liveStates, 'ending']);
    // Another tab of the same learner was quicker: his lab is the one.
    const own = live.find((lab) => lab.learnerId === learnerId && lab.specId === spec.id && lab.state !== 'ending');
    if (own) return { lab: own, created: false };
    const isHisTurn = this.#queue.length === 0 || this.#queue.position(learnerId) === 1;
    if (!isHisTurn || !(await capacity.hasRoomForLab(spec))) {
      return { position: this.#queue.add({ learnerId, specId: spec.id }) };
    }
    this.#queue.remove(learnerId);
    const lab = newLab(learnerId, spec, this.#options, place);
    try {
      await store.insertLab(lab);
    } catch (error) {
      // Another replica was quicker.
      const winner = error instanceof LiveLabError ? await store.latestLab(learnerId) : undefined;
      if (winner) return { lab: winner, created: false };
      throw error;
    }
    this.#start(lab, spec);
    return { lab, created: true };
  }

  /** The lab, whatever its state. @throws {UnknownLabError} */
  async get(id: string): Promise<LabRow> {
    const lab = await this.#options.store.lab(id);
    if (!lab) throw new UnknownLabError(id);
    return lab;
  }

  /** The lab and its sandbox, for working in it. @throws {UnknownLabError | LabEndedError | LabNotReadyError} */
  async ready(id: string): Promise<{ lab: LabRow; sandbox: LiveSandbox; spec: LabSpec }> {
    const lab = await this.get(id);
    if (lab.state === 'ended' || lab.state === 'ending') throw new LabEndedError(id);
    const sandbox = lab.state === 'ready' ? await this.#options.store.sandboxOf(id) : undefined;
    if (!sandbox?.engineRef) throw new LabNotReadyError(id);
    return { lab, sandbox: sandbox as LiveSandbox, spec: this.#spec(lab.specId) };
  }

  /**
   * Replaces the lab's sandbox by a fresh one. A lab that is starting is left alone.
   *
   * @throws {UnknownLabError | LabEndedError}
   */
  async reset(id: string, by: Actor): Promise<LabRow> {
    const { store, sandboxes } = this.#options;
    const lab = await this.get(id);
    if (lab.state === 'starting') return lab;
    const generation = lab.generation + 1;
    const old = await store.sandboxOf(id);
    const changed = await store.changeLab(
      id,
      { states: ['ready'], generation: lab.generation },
      { state: 'starting', generation, lastActiveAt: Date.now() },
    );
    const next = await this.get(id);
    if (next.state === 'ending' || next.state === 'ended') throw new LabEndedError(id);
    if (!changed) return next;
    this.#notice(next, 'reset', by);
    this.#start(next, this.#spec(next.specId));
    if (old) sandboxes.removeSoon(old);
    return next;
  }

  /** Moves the end by the spec's step. @throws {UnknownLabError | LabEndedError | ExtendLimitError} */
  async extend(id: string, by: Actor): Promise<LabRow> {
    const { store } = this.#options;
    const lab = await this.get(id);
    const step = this.#spec(lab.specId).life.extend;
    const expiresAt = Math.min(lab.expiresAt + step, lab.maxExpiresAt);
    if (expiresAt === lab.expiresAt) throw new ExtendLimitError(id);
    if (!(await store.changeLab(id, { states: liveStates }, { expiresAt, lastActiveAt: Date.now() }))) {
      throw new LabEndedError(id);
    }
    const next = await this.get(id);
    this.#notice(next, 'extended', by);
    return next;
  }

  /** Ends the lab; resolves when its sandbox is gone. Ending an ended lab does nothing. @throws {UnknownLabError} */
  async end(id: string, because: EndReason, by: Actor, failure?: string): Promise<LabRow> {
    const { store } = this.#options;
    const before = await this.get(id);
    const change = { state: 'ending', endedBecause: because, endedBy: by, endedAt: Date.now(), failure } as const;
    if (await store.changeLab(id, { states: statesBefore('ending') }, change)) {
      this.#starts.get(id)?.abort.abort();
      this.#notice(await this.get(id), 'ended', by);
      this.#options.log.info({ lab: id, because, by, failure }, 'lab ends');
    } else if (before.state === 'ended') return before;
    await this.finishEnding(id);
    return await this.get(id);
  }

  /** Removes what an ending lab still has, then marks it ended. Throws what the engine throws; may be tried again. */
  async finishEnding(id: string): Promise<void> {
    const { store, sandboxes, feed } = this.#options;
    await this.#starts.get(id)?.done;
    const rows = (await store.sandboxesIn(['creating', 'ready', 'removing'])).filter((row) => row.labId === id);
    // What the engine was never known to have is left to the reaper.
    const left = rows.filter((row) => row.engineRef || row.state !== 'removing');
    await Promise.all(left.map((row) => sandboxes.remove(row)));
    if (await store.changeLab(id, { states: ['ending'] }, { state: 'ended' })) {
      this.#phases.delete(id);
      feed.emit('lab', await this.get(id));
      await this.admit();
    }
  }

  /** After a restart of the platform: starts what was starting. */
  resume(lab: LabRow): void {
    this.#start(lab, this.#spec(lab.specId));
  }

  /** Something of the lab that is not in its row has changed. */
  async announce(id: string): Promise<void> {
    const lab = await this.#options.store.lab(id);
    if (lab) this.#options.feed.emit('lab', lab);
  }

  /** Somebody does something in the lab. */
  async touch(id: string): Promise<void> {
    const lab = await this.#options.store.lab(id);
    const now = Date.now();
    if (!lab || now - lab.lastActiveAt < activityGranularityMs) return;
    await this.#options.store.changeLab(id, { states: liveStates }, { lastActiveAt: now });
  }

  /** The learner has this step on screen. */
  async setPlace(id: string, place: Place | undefined): Promise<void> {
    await this.#options.store.changeLab(id, { states: liveStates }, { place });
    this.#options.feed.emit('place', id, place);
  }

  /** The learner's last page has gone, or one is here. Keeps or gives up his place in the queue. */
  setPresent(learnerId: string, present: boolean): void {
    this.#queue.setPresent(learnerId, present);
  }

  queuePosition(learnerId: string): number {
    return this.#queue.position(learnerId);
  }

  view(lab: LabRow): LabView {
    // A lab that has ended may be of a kind that is there no more.
    const spec = this.#options.specs.spec(lab.specId);
    const idleAt = lab.lastActiveAt + (spec?.life.idle ?? 0);
    return {
      id: lab.id,
      spec: lab.specId,
      state: lab.state,
      generation: lab.generation,
      phases: this.#phases.get(lab.id) ?? [],
      createdAt: lab.createdAt,
      expiresAt: lab.expiresAt,
      maxExpiresAt: lab.maxExpiresAt,
      ...(idleAt - Date.now() < idleNoticeMs && lab.state === 'ready' ? { idleAt } : {}),
      ...(lab.endedBecause ? { endedBecause: lab.endedBecause } : {}),
      ...(lab.endedBy ? { endedBy: lab.endedBy } : {}),
      ...(lab.endedAt ? { endedAt: lab.endedAt } : {}),
      ...(lab.failure ? { failure: lab.failure } : {}),
      isolation: lab.isolation,
      terminals: spec ? this.#options.terminalsOf(lab, spec) : [],
    };
  }

  #start(lab: LabRow, spec: LabSpec): void {
    const start = { abort: new AbortController(), done: Promise.resolve() };
    this.#starts.set(lab.id, start);
    start.done = this.#bringUp(lab, spec, start.abort.signal).finally(() => {
      // A reset may have begun the next start already.
      if (this.#starts.get(lab.id) === start) this.#starts.delete(lab.id);
    });
  }

  async #bringUp(lab: LabRow, spec: LabSpec, signal: AbortSignal): Promise<void> {
    const { store, sandboxes, pool, feed, log } = this.#options;
    const { id, generation } = lab;
    this.#phases.set(id, []);
    try {
      // Who ended it before this start could be known has not stopped it.
      if ((await this.get(id)).state !== 'starting') return;
      // A pooled sandbox needs no engine to be handed out, but nobody could work in it.
      await sandboxes.ping();
      const pooled = await pool.take(spec, id, generation, signal);
      const use = { purpose: 'lab', labId: id, generation } as const;
      // One that has ended meanwhile is not to be told as starting again.
      const onPhase = (name: PhaseName) => signal.aborted || this.#phase(lab, name);
      const sandbox = pooled ?? (await sandboxes.create(spec, use, onPhase, signal));
      this.#closePhase(id);
      if (await store.changeLab(id, { states: ['starting'], generation }, { state: 'ready' })) {
        feed.emit('lab', await this.get(id));
        log.info({ lab: id, generation, pooled: pooled !== undefined }, 'lab is ready');
      } else {
        // The lab ended, or was reset again, between two looks at it.
        sandboxes.removeSoon(sandbox);
      }
    } catch (error) {
      if (signal.aborted) return;
      const failure = (error as Error).message;
      log.error({ lab: id, generation, error: failure }, 'lab did not start');
      this.#starts.delete(id);
      await this.end(id, 'failed', 'platform', failure).catch((again) => {
        log.warn({ lab: id, error: again.message }, 'the failed lab is ended later');
      });
    }
  }

  /**
   * Lets in whoever waits, as far as there is room now. Who finds that being done only asks for another look: two at once
   * would put each other's learner back into the queue, and with labs that fail at once they would never end.
   */
  async admit(): Promise<void> {
    this.#mayAdmit = true;
    if (this.#admitting) return;
    this.#admitting = true;
    while (this.#mayAdmit) {
      this.#mayAdmit = false;
      await this.#admitAll();
    }
    this.#admitting = false;
  }

  async #admitAll(): Promise<void> {
    while (!this.#closing) {
      const next = this.#queue.first;
      if (!next) return;
      try {
        const claimed = await this.claim(next.learnerId, next.specId);
        if ('position' in claimed) return;
        this.#queue.remove(next.learnerId);
        await this.announce(claimed.lab.id);
      } catch (error) {
        // He cannot be given a lab; those behind him do not wait for that.
        this.#options.log.warn({ learner: next.learnerId, error: (error as Error).message }, 'not let in');
        this.#queue.remove(next.learnerId);
      }
    }
  }

  async #liveLab(learnerId: string): Promise<LabRow | undefined> {
    const lab = await this.#options.store.latestLab(learnerId);
    if (!lab || lab.state === 'ended') return undefined;
    if (lab.state !== 'ending') return lab;
    await this.finishEnding(lab.id);
    return undefined;
  }

  #phase(lab: LabRow, name: PhaseName): void {
    this.#closePhase(lab.id);
    this.#phases.get(lab.id)?.push({ name, startedAt: Date.now() });
    this.#options.feed.emit('lab', lab);
  }

  #closePhase(id: string): void {
    const last = this.#phases.get(id)?.at(-1);
    if (last) last.ms ??= Date.now() - last.startedAt;
  }

  /** Shows the lab as it is now, then says what happened to it. */
  #notice(lab: LabRow, code: NoticeCode, by: Actor): void {
    this.#options.feed.emit('lab', lab);
    this.#options.feed.emit('notice', lab.learnerId, { code, by, at: Date.now() });
  }

  #spec(id: string): LabSpec {
    const spec = this.#options.specs.spec(id);
    if (!spec) throw new UnknownLabError(id);
    return spec;
  }
}

function newLab(
  learnerId: string,
  spec: LabSpec,
  { isolation, verdictId }: Pick<Options, 'isolation' | 'verdictId'>,
  place: Place | undefined,
): LabRow {
  const now = Date.now();
  return {
    id: randomBytes(5).toString('hex'),
    learnerId,
    specId: spec.id,
    state: 'starting',
    generation: 1,
    isolation,
    verdictId,
    createdAt: now,
    expiresAt: now + spec.life.ttl,
    maxExpiresAt: now + Math.max(spec.life.max, spec.life.ttl),
    lastActiveAt: now,
    place,
    endedBecause: undefined,
    endedBy: undefined,
    endedAt: undefined,
    failure: undefined,
  };
}
