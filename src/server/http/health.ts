import type { z } from 'zod';
import type { healthView, Verdict } from '../../shared/api.ts';
import type { Engine } from '../engine/engine.ts';
import type { Pool } from '../labs/pool.ts';
import type { Store } from '../store/store.ts';

export type Health = z.infer<typeof healthView>;

/** Asks engine, store and pool how they are. Never throws. */
export async function health(parts: { engine: Engine; store: Store; pool: Pool; verdict: Verdict }): Promise<Health> {
  const { verdict } = parts;
  const engine = await parts.engine.info().then(
    (info) => ({ ok: true, version: info.version }),
    (error: Error) => ({ ok: false, problem: error.message }),
  );
  const store = await parts.store.probe().then(
    () => ({ ok: true }),
    (error: Error) => ({ ok: false, problem: error.message }),
  );
  const pool = store.ok ? await parts.pool.status() : { ready: 0, size: 0 };
  return {
    status: engine.ok && store.ok ? 'ok' : 'failing',
    engine,
    store,
    pool,
    isolation: verdict.isolation,
    verdict,
  };
}
