import type { LabSpec } from '../../shared/lab-spec.ts';
import { type Engine, EngineDownError } from '../engine/engine.ts';
import type { SandboxRow, Store } from '../store/store.ts';
import { liveStates, shapeOf } from './lab.ts';

/** Share of the machine's memory that labs may be promised; the rest is the kernel's, the engines' and ours. */
const promisedShare = 0.8;
/** What is free is asked at most this often, ms. */
const askEveryMs = 2000;

interface Options {
  store: Store;
  engine: Engine;
  specs: readonly LabSpec[];
  /** Of the engine's machine, bytes. */
  memory: number;
  /** Most labs at once, however little they need. */
  maxLabs: number;
  /** Nothing new starts while less than this is free, bytes. */
  floor: number;
}

/**
 * How many labs the machine can carry. A lab is counted with its `reserve`, what lessons really use, not with its limit:
 * memory is promised several times over, and `floor` keeps new labs out when the promise is called in.
 */
export class Capacity {
  readonly #options: Options;
  #free: { at: number; bytes: Promise<number | undefined> } | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Whether one more lab of the kind may live. Sandboxes of the pool make room for it. */
  async hasRoomForLab(spec: LabSpec): Promise<boolean> {
    const { store, maxLabs, memory } = this.#options;
    const live = await store.labsIn([...liveStates, 'ending']);
    if (live.length >= maxLabs || (await this.#promisedToLabs()) + spec.reserve > memory * promisedShare) return false;
    const isPooled = (await this.#pooled()).some((row) => row.shape === shapeOf(spec) && row.state === 'ready');
    return isPooled || (await this.#isAboveFloor());
  }

  /** Whether one more sandbox may wait in the pool. */
  async hasRoomInPool(spec: LabSpec): Promise<boolean> {
    return (await this.surplus()) + spec.reserve <= 0 && (await this.#isAboveFloor());
  }

  /** What labs and pool are promised beyond what there is, bytes; negative while there is room. */
  async surplus(): Promise<number> {
    const pooled = (await this.#pooled()).map((row) => this.#reserveOfShape(row.shape));
    return (await this.#promisedToLabs()) + sum(pooled) - this.#options.memory * promisedShare;
  }

  async #promisedToLabs(): Promise<number> {
    const { store, specs } = this.#options;
    const live = await store.labsIn([...liveStates, 'ending']);
    return sum(live.map((lab) => specs.find(({ id }) => id === lab.specId)?.reserve ?? 0));
  }

  async #pooled(): Promise<SandboxRow[]> {
    const rows = await this.#options.store.sandboxesIn(['creating', 'ready']);
    return rows.filter((row) => row.purpose === 'pool');
  }

  #reserveOfShape(shape: string): number {
    return Math.max(0, ...this.#options.specs.filter((spec) => shapeOf(spec) === shape).map(({ reserve }) => reserve));
  }

  /** True, too, where it cannot be told: an engine without a single sandbox has nothing to look out of. */
  async #isAboveFloor(): Promise<boolean> {
    const { engine, floor } = this.#options;
    if (!this.#free || Date.now() - this.#free.at > askEveryMs) {
      const bytes = engine.freeMemory().catch((error: Error) => {
        if (error instanceof EngineDownError) return undefined;
        throw error;
      });
      this.#free = { at: Date.now(), bytes };
    }
    const free = await this.#free.bytes;
    return free === undefined || free >= floor;
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, next) => total + next, 0);
