import { setTimeout as sleep } from 'node:timers/promises';
import type { LabSpec } from '../../shared/lab-spec.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Capacity } from './capacity.ts';
import { shapeOf } from './lab.ts';
import type { LiveSandbox, Sandboxes } from './sandboxes.ts';

/** Between giving a sandbox away and making the next one, ms: until then its learner has his prompt. */
const quietMs = 1000;
/** After a failure the next try waits this long, doubled each time up to the last. */
const retryMs = { first: 1000, last: 30_000 };

interface Options {
  store: Store;
  capacity: Capacity;
  sandboxes: Sandboxes;
  specs: readonly LabSpec[];
  /** Ready sandboxes kept per shape. */
  size: number;
  log: Log;
}

/** Ready sandboxes that nobody has claimed, so that a claim and a reset take no time. */
export class Pool implements AsyncDisposable {
  readonly #options: Options;
  readonly #filling = new Map<string, Promise<void>>();
  /** The sandbox of a shape that is being made; resolves when it is ready or has failed. */
  readonly #attempts = new Map<string, Promise<unknown>>();
  readonly #stop = new AbortController();
  #problem: string | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#filling.values());
    const { store, sandboxes } = this.#options;
    const left = (await store.sandboxesIn(['ready'])).filter((row) => row.purpose === 'pool');
    await Promise.allSettled(left.map((row) => sandboxes.remove(row)));
  }

  /** A ready sandbox for the lab, or undefined; waits for one that is being made anyway. */
  async take(spec: LabSpec, labId: string, generation: number, signal?: AbortSignal): Promise<LiveSandbox | undefined> {
    const shape = shapeOf(spec);
    const { store } = this.#options;
    let row = await store.takePooled(shape, labId, generation);
    const attempt = this.#attempts.get(shape);
    if (!row && attempt && !this.#problem) {
      const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
      await Promise.race([attempt, aborted]);
      signal?.throwIfAborted();
      row = await store.takePooled(shape, labId, generation);
    }
    this.fill(row ? quietMs : 0);
    await this.#makeRoom();
    return row as LiveSandbox | undefined;
  }

  /** Whether sandboxes of the shape can be given to anybody: those made of older images cannot. */
  isWanted(shape: string): boolean {
    return this.#shapes().some((spec) => shapeOf(spec) === shape);
  }

  /** Begins to make what is missing and has room, now or after a pause (ms); returns at once. */
  fill(pause = 0): void {
    for (const spec of this.#shapes()) {
      const shape = shapeOf(spec);
      if (this.#filling.has(shape) || this.#stop.signal.aborted) continue;
      this.#filling.set(
        shape,
        this.#fillShape(spec, pause).finally(() => this.#filling.delete(shape)),
      );
    }
  }

  async status(): Promise<{ ready: number; size: number; problem?: string }> {
    const ready = (await this.#options.store.sandboxesIn(['ready'])).filter((row) => row.purpose === 'pool').length;
    const size = this.#options.size * this.#shapes().length;
    return { ready, size, ...(this.#problem ? { problem: this.#problem } : {}) };
  }

  async #fillShape(spec: LabSpec, pause: number): Promise<void> {
    const { store, sandboxes, capacity, size, log } = this.#options;
    const { signal } = this.#stop;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    let wait = retryMs.first;
    while (!signal.aborted) {
      try {
        const have = (await store.sandboxesIn(['creating', 'ready'])).filter(
          (row) => row.purpose === 'pool' && row.shape === shapeOf(spec),
        );
        if (have.length >= size || !(await capacity.hasRoomInPool(spec))) return;
        const attempt = sandboxes.create(spec, { purpose: 'pool' }, undefined, signal);
        this.#attempts.set(
          shapeOf(spec),
          attempt.catch(() => undefined),
        );
        await attempt.finally(() => this.#attempts.delete(shapeOf(spec)));
        this.#problem = undefined;
      } catch (error) {
        if (signal.aborted) return;
        this.#problem = (error as Error).message;
        log.warn({ spec: spec.id, error: this.#problem, retryMs: wait }, 'the pool could not make a sandbox');
        await sleep(wait, undefined, { signal }).catch(() => undefined);
        wait = Math.min(wait * 2, retryMs.last);
      }
    }
  }

  /** Labs come first: gives up what waits, of the kind that has most, until all promises fit the machine again. */
  async #makeRoom(): Promise<void> {
    const { store, sandboxes, capacity } = this.#options;
    while ((await capacity.surplus()) > 0) {
      const waiting = (await store.sandboxesIn(['ready'])).filter((row) => row.purpose === 'pool');
      const kinds = Object.values(Object.groupBy(waiting, (row) => row.shape));
      const most = kinds.toSorted((a, b) => (b?.length ?? 0) - (a?.length ?? 0))[0]?.[0];
      if (!most) return;
      if (!(await store.changeSandbox(most.id, ['ready'], { state: 'removing' }))) continue;
      this.#options.log.info({ sandbox: most.id }, 'the pool makes room for a lab');
      sandboxes.removeSoon(most);
    }
  }

  #shapes(): LabSpec[] {
    return [...new Map(this.#options.specs.map((spec) => [shapeOf(spec), spec])).values()];
  }
}
