import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Core } from '../server/app.ts';
import { type Row, row } from './row.ts';

const rounds = 40;
/** Until an attack is at its height. */
const riseMs = 3000;

/** As root in L1; each ends with its sandbox. */
const attacks: Record<string, string> = {
  'fork bomb': 'bomb() { bomb | bomb & }; bomb; sleep 600',
  'memory hog': 'while :; do tail /dev/zero; done',
  'busy loops': 'for i in 1 2 3 4; do while :; do :; done & done; wait',
  'full disk': 'while :; do cat /dev/zero >/var/lib/docker/full; done',
};

/** What an exec in a lab takes while its neighbour rages, beside a neighbour that does nothing. */
export async function benchNeighbours({ engine, sandboxes, labs }: Core): Promise<Row[]> {
  const spec = labs.spec('dind') ?? labs.specs[0];
  if (!spec) throw new Error('there is no lab');
  const make = () => sandboxes.create(spec, { purpose: 'test', leaseUntil: Date.now() + 900_000 });
  const victim = await make();
  const execs = async () => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await engine.exec(victim.engineRef, ['true']);
      times.push(performance.now() - start);
    }
    return times;
  };
  try {
    const results: Row[] = [];
    for (const [name, script] of Object.entries(attacks)) {
      const attacker = await make();
      // Beside this very attack: the machine's other work changes by the minute.
      const quiet = await execs();
      const raging = engine
        .exec(attacker.engineRef, ['bash', '-c', script], { deadline: 600_000 })
        .catch(() => undefined);
      await sleep(riseMs);
      const loud = await execs();
      await sandboxes.remove(attacker);
      await raging;
      results.push(
        row(`exec, neighbour idle, before: ${name}`, 'ms', quiet),
        row(`exec, neighbour: ${name}`, 'ms', loud, quiet),
      );
    }
    return results;
  } finally {
    await sandboxes.remove(victim);
  }
}
