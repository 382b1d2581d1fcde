import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Core, createApp, openSqliteStore } from '../server/app.ts';
import { type Row, row } from './row.ts';

const learners = 30;
const lease = () => Date.now() + 900_000;

/**
 * Thirty learners who claim at once, and thirty more for whom there is no room: when each knows where he is, and when
 * the last of the first has his lab; beside thirty sandboxes that the engine alone is asked for at once.
 */
export async function benchCrowd({ config, engine, rung, labs }: Core): Promise<Row[]> {
  const spec = labs.spec('dind') ?? labs.specs[0];
  if (!spec) throw new Error('there is no lab');

  const begun = performance.now();
  const raw = Array.from({ length: learners }, async () => {
    const ref = await engine.create({ id: randomBytes(6).toString('hex'), shape: 'bench', spec, leaseUntil: lease() });
    await engine.waitReady(ref, 300_000);
    return ref;
  });
  const refs = await Promise.all(raw);
  const lastRaw = performance.now() - begun;
  await Promise.all(refs.map((ref) => engine.remove(ref)));

  // Its own store: nothing else looks after these labs. The rung stays the caller's.
  const borrowed = { ...rung, verdictId: undefined, [Symbol.asyncDispose]: async () => undefined };
  const store = openSqliteStore(':memory:');
  await using app = await createApp({
    config: { ...config, poolSize: 0, maxLabs: learners, memoryFloor: 0, lease: 900_000 },
    rung: borrowed,
    overrides: { store },
  });
  const names = Array.from({ length: 2 * learners }, (_, at) => `bench-${at}`);
  for (const name of names) await store.createLearner(name, Date.now());
  const start = performance.now();
  const told = { lab: [] as number[], place: [] as number[] };
  await Promise.all(
    names.map(async (name) => {
      const claimed = await app.manager.claim(name, spec.id);
      told['lab' in claimed ? 'lab' : 'place'].push(performance.now() - start);
    }),
  );
  while ((await store.labsIn(['starting'])).length > 0) await sleep(20);
  const last = performance.now() - start;
  const ready = (await store.labsIn(['ready'])).length;
  if (ready !== learners) throw new Error(`only ${ready} of ${learners} labs came up`);
  return [
    row(`${learners} claims at once: each is told that he gets a lab`, 'ms', told.lab),
    row(`${told.place.length} more: each is told his place`, 'ms', told.place),
    row(`${learners} claims at once: the last lab is ready`, 'ms', [last], [lastRaw]),
    row(`${learners} × create, start, ready at once (raw)`, 'ms', [lastRaw]),
  ];
}
