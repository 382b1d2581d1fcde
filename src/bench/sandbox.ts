import { cpus, freemem, loadavg, release, totalmem } from 'node:os';
import type { Core } from '../server/app.ts';
import { benchCrowd } from './crowd.ts';
import { benchFootprint } from './footprint.ts';
import { benchLeaks } from './leaks.ts';
import { benchLives } from './lives.ts';
import { benchNeighbours } from './neighbours.ts';
import type { Row } from './row.ts';

const parts: Record<string, (core: Core) => Promise<Row[]>> = {
  lives: benchLives,
  footprint: benchFootprint,
  crowd: benchCrowd,
  neighbours: benchNeighbours,
  leaks: benchLeaks,
};

/** What a sandbox costs, each figure beside the raw engine's of the same run; all parts, or those that are named. */
export async function benchSandbox(core: Core, named: readonly string[]): Promise<{ machine: object; results: Row[] }> {
  const wanted = named.length > 0 ? named : Object.keys(parts);
  const results: Row[] = [];
  for (const name of wanted) {
    const part = parts[name];
    if (!part) throw new Error(`"${name}" is not one of ${Object.keys(parts).join(', ')}`);
    results.push(...(await part(core)));
  }
  const { version, cgroup } = await core.engine.info();
  const machine = {
    ...{ kernel: release(), cpus: cpus().length, memory: totalmem(), free: freemem(), load: loadavg() },
    ...{ engine: version, cgroup, rung: core.rung.verdict.rung },
  };
  return { machine, results };
}
