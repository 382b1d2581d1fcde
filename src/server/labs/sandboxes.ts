import { randomBytes } from 'node:crypto';
import type { PhaseName } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import { type Engine, NotReadyError } from '../engine/engine.ts';
import type { Log } from '../log.ts';
import type { SandboxPurpose, SandboxRow, Store } from '../store/store.ts';
import type { Egress } from './egress.ts';
import type { EventRecorder } from './event-recorder.ts';
import { shapeOf } from './lab.ts';

/** A sandbox that runs: its engine's id is known. */
export type LiveSandbox = SandboxRow & { engineRef: string };

interface Options {
  store: Store;
  engine: Engine;
  recorder: EventRecorder;
  egress: Egress;
  /** How long a sandbox outlives a platform that renews nothing, ms. */
  lease: number;
  log: Log;
}

/**
 * Makes and removes sandboxes, each with its row: written before the engine is asked, closed after the engine confirmed,
 * so that a crash at any point leaves either nothing or a row that the reaper finds.
 */
export class Sandboxes {
  readonly #options: Options;
  readonly #removals = new Map<string, Promise<void>>();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Makes a sandbox and waits until it is ready. On failure it is removed, and what it printed last stays in its row.
   *
   * @throws what `Engine.create` and `Engine.waitReady` throw.
   */
  async create(
    spec: LabSpec,
    use: { purpose: SandboxPurpose; labId?: string; generation?: number; leaseUntil?: number },
    onPhase: (name: PhaseName) => void = () => {},
    signal?: AbortSignal,
  ): Promise<LiveSandbox> {
    const { store, engine } = this.#options;
    const now = Date.now();
    const row: SandboxRow = {
      id: randomBytes(6).toString('hex'),
      purpose: use.purpose,
      labId: use.labId,
      generation: use.generation,
      shape: shapeOf(spec),
      state: 'creating',
      engineRef: undefined,
      createdAt: now,
      leaseUntil: use.leaseUntil ?? now + this.#options.lease,
      lastOutput: undefined,
    };
    await store.insertSandbox(row);
    try {
      onPhase('sandbox');
      const engineRef = await engine.create({ id: row.id, shape: row.shape, spec, leaseUntil: row.leaseUntil }, signal);
      row.engineRef = engineRef;
      await store.changeSandbox(row.id, ['creating'], { engineRef });
      onPhase('daemon');
      await engine.waitReady(engineRef, spec.ready.daemon, signal);
      this.#follow(engineRef);
      await store.changeSandbox(row.id, ['creating'], { state: 'ready' });
      return { ...row, engineRef, state: 'ready' };
    } catch (error) {
      if (error instanceof NotReadyError) {
        await store.changeSandbox(row.id, ['creating'], { lastOutput: error.lastOutput });
      }
      this.removeSoon(row);
      throw error;
    }
  }

  /** Takes over a sandbox of an earlier server. */
  adopt(row: LiveSandbox): void {
    this.#follow(row.engineRef);
  }

  #follow(ref: string): void {
    this.#options.recorder.follow(ref);
    this.#options.egress.follow(ref);
  }

  /** Removes the sandbox; resolves when the engine has confirmed it. Asking twice waits for the same removal. */
  remove(row: SandboxRow): Promise<void> {
    const running = this.#removals.get(row.id);
    if (running) return running;
    const removal = this.#remove(row).finally(() => this.#removals.delete(row.id));
    this.#removals.set(row.id, removal);
    return removal;
  }

  /** Begins the removal; a failure leaves the row in `removing`, from where the reaper tries again. */
  removeSoon(row: SandboxRow): void {
    this.remove(row).catch((error) =>
      this.#options.log.warn({ sandbox: row.id, error: error.message }, 'removal failed'),
    );
  }

  /** @throws {EngineDownError} */
  async ping(): Promise<void> {
    await this.#options.engine.ping();
  }

  async renewLease(row: LiveSandbox): Promise<void> {
    const leaseUntil = Date.now() + this.#options.lease;
    await this.#options.engine.renewLease(row.engineRef, leaseUntil);
    await this.#options.store.changeSandbox(row.id, ['ready'], { leaseUntil });
  }

  /** True when less than half of the lease is left, or when that cannot be told. */
  needsRenewal(row: SandboxRow): boolean {
    const left = row.leaseUntil - Date.now();
    // More than a lease is left after a clock was set back; the sandbox itself counts on regardless.
    return left < this.#options.lease / 2 || left > this.#options.lease;
  }

  /** Resolves when no removal is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#removals.values());
  }

  async #remove(row: SandboxRow): Promise<void> {
    const { store, engine, recorder, egress } = this.#options;
    await store.changeSandbox(row.id, ['creating', 'ready'], { state: 'removing' });
    // A crash between create and the note of its ref leaves a sandbox that only its label names.
    const ref = row.engineRef ?? (await engine.list()).find((found) => found.id === row.id)?.ref;
    if (ref) await Promise.all([engine.remove(ref), recorder.forget(ref), egress.forget(ref)]);
    await store.changeSandbox(row.id, ['removing'], { state: 'removed' });
  }
}
