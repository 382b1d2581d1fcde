import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabState } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import type { EarlierSandbox } from '../engine/engine.ts';
import { FakeEngine } from '../engine/fake-engine.ts';
import { silentLog } from '../log.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { LabRow, Store } from '../store/store.ts';
import { eventually } from '../testing.ts';
import { Capacity } from './capacity.ts';
import { Egress } from './egress.ts';
import { EventRecorder } from './event-recorder.ts';
import { Feed, type Notice } from './feed.ts';
import { LabCatalog } from './lab-catalog.ts';
import { LabManager } from './lab-manager.ts';
import { Pool } from './pool.ts';
import { Reaper } from './reaper.ts';
import { Sandboxes } from './sandboxes.ts';

/** A spec for tests; any part can be another one. */
export function fakeSpec(changes: Partial<LabSpec> = {}): LabSpec {
  const minute = 60_000;
  return {
    id: 'box',
    title: { en: 'Box', zh: '盒子' },
    image: 'sandbox',
    contains: [],
    ready: { daemon: 20_000 },
    limits: { memory: 2 ** 30, cpus: 1, pids: 512, disk: { tmpfs: 2 ** 29 } },
    reserve: 2 ** 28,
    life: {
      ttl: 60 * minute,
      warn: [10 * minute, 2 * minute],
      extend: 15 * minute,
      max: 120 * minute,
      idle: 15 * minute,
    },
    terminals: { host: { level: 1 } },
    ...changes,
  };
}

export interface PlatformOptions {
  engine?: FakeEngine;
  store?: Store;
  specs?: LabSpec[];
  poolSize?: number;
  maxLabs?: number;
  /** Of the engine's machine, and what of it must stay free, bytes. */
  memory?: number;
  floor?: number;
  /** Milliseconds. */
  lease?: number;
  earlier?: EarlierSandbox[];
}

/** The labs of a platform on a fake engine and a store in memory, without HTTP and terminals. */
export class Platform implements AsyncDisposable {
  readonly engine: FakeEngine;
  readonly store: Store;
  readonly feed = new Feed();
  readonly recorder: EventRecorder;
  readonly sandboxes: Sandboxes;
  readonly pool: Pool;
  readonly manager: LabManager;
  readonly reaper: Reaper;
  readonly rung: { earlier(): Promise<EarlierSandbox[]> };
  readonly notices: Notice[] = [];
  /** What the feed told of each lab's state, in order. */
  readonly states: { id: string; state: LabState; generation: number }[] = [];
  #learners = 0;

  constructor(options: PlatformOptions = {}) {
    const { specs = [fakeSpec()], poolSize = 0, maxLabs = 100, lease = 60_000 } = options;
    const log = silentLog;
    const store = options.store ?? openSqliteStore(':memory:');
    const engine = options.engine ?? new FakeEngine();
    this.store = store;
    this.engine = engine;
    const feed = this.feed;
    const catalog = new LabCatalog(specs);
    this.recorder = new EventRecorder({ engine, folder: join(tmpdir(), `matryoshka-events-${randomUUID()}`), log });
    const egress = new Egress({ engine, allowed: [], log });
    this.sandboxes = new Sandboxes({ store, engine, recorder: this.recorder, egress, lease, log });
    const { memory = 64 * 2 ** 30, floor = 0 } = options;
    const capacity = new Capacity({ store, engine, specs, memory, maxLabs, floor });
    this.pool = new Pool({ store, capacity, sandboxes: this.sandboxes, specs, size: poolSize, log });
    this.manager = new LabManager({
      ...{ store, sandboxes: this.sandboxes, pool: this.pool, feed, specs: catalog, capacity, log },
      isolation: 'privileged',
      verdictId: undefined,
      terminalsOf: () => [],
    });
    const { manager, pool, sandboxes } = this;
    this.rung = { earlier: async () => options.earlier ?? [] };
    this.reaper = new Reaper({ store, engine, manager, pool, sandboxes, feed, specs: catalog, log, ...this.rung });
    feed.on('notice', (_, notice) => this.notices.push(notice));
    feed.on('lab', ({ id, state, generation }) => this.states.push({ id, state, generation }));
  }

  async learner(): Promise<string> {
    return (await this.store.createLearner(`learner-${++this.#learners}`, Date.now())).id;
  }

  /** A new learner's lab, ready. */
  async readyLab(): Promise<LabRow> {
    const claimed = await this.manager.claim(await this.learner(), 'box');
    assert.ok('lab' in claimed);
    return await this.reaches(claimed.lab.id, 'ready');
  }

  /** The lab once it is in that state (and generation). */
  async reaches(id: string, state: LabState, generation?: number): Promise<LabRow> {
    await eventually(async () => {
      const lab = await this.store.lab(id);
      return lab?.state === state && (generation === undefined || lab.generation === generation);
    });
    return (await this.store.lab(id)) as LabRow;
  }

  /** Our ids of the sandboxes that the engine has. */
  async sandboxIds(): Promise<string[]> {
    return (await this.engine.list()).map(({ id }) => id).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.engine.setDown(false);
    await this.reaper[Symbol.asyncDispose]();
    await this.manager[Symbol.asyncDispose]();
    await this.pool[Symbol.asyncDispose]();
    await this.sandboxes.settled();
    await this.recorder[Symbol.asyncDispose]();
    await this.engine[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
  }
}

/** Numbers from 0 to 1 that the seed determines (mulberry32), so that a failure can be seen again. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
