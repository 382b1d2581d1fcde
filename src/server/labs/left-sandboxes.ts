import type { EarlierSandbox, Engine } from '../engine/engine.ts';
import type { SandboxRow, Store } from '../store/store.ts';
import type { Sandboxes } from './sandboxes.ts';

/** A sandbox that nobody owns any more. */
export interface LeftSandbox {
  id: string;
  why:
    | 'its lease is over'
    | 'nobody knows it'
    | 'its lab has ended'
    | 'it is gone from the engine'
    | 'it is in an engine that is used no more';
  remove(): Promise<void>;
}

interface Rung {
  earlier(): Promise<EarlierSandbox[]>;
}

/** What crashes left of this install, while no server runs; a running server's reaper finds it by itself. */
export async function leftSandboxes(
  { store, engine, sandboxes, rung }: { store: Store; engine: Engine; sandboxes: Sandboxes; rung: Rung },
  now = Date.now(),
): Promise<LeftSandbox[]> {
  // In this order: another process writes the row before it asks the engine.
  const found = await engine.list();
  const rows = await store.sandboxesIn(['creating', 'ready', 'removing']);
  const left: LeftSandbox[] = found
    .filter(({ id }) => !rows.some((row) => row.id === id))
    .map(({ id, ref }) => ({ id, why: 'nobody knows it', remove: () => engine.remove(ref) }));
  const earlier = await rung.earlier();
  for (const { id, remove } of earlier) left.push({ id, why: 'it is in an engine that is used no more', remove });
  for (const row of rows) {
    const why = await reason(
      store,
      row,
      found.some(({ id }) => id === row.id),
      now,
    );
    if (why) left.push({ id: row.id, why, remove: () => sandboxes.remove(row) });
  }
  return left;
}

async function reason(
  store: Store,
  row: SandboxRow,
  exists: boolean,
  now: number,
): Promise<LeftSandbox['why'] | undefined> {
  if (row.leaseUntil <= now) return 'its lease is over';
  if (!exists && row.state !== 'creating') return 'it is gone from the engine';
  const lab = row.labId ? await store.lab(row.labId) : undefined;
  return lab?.state === 'ended' ? 'its lab has ended' : undefined;
}
