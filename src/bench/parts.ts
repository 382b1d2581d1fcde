import { cpus, freemem, loadavg, release, totalmem } from 'node:os';
import type { Core } from '../server/app.ts';
import type { Row } from './row.ts';

export type Parts = Record<string, (core: Core) => Promise<Row[]>>;

/** Runs all parts of a bench, or those that are named, and tells on what machine. */
export async function runParts(
  core: Core,
  parts: Parts,
  named: readonly string[],
): Promise<{ machine: object; results: Row[] }> {
  const results: Row[] = [];
  for (const name of named.length > 0 ? named : Object.keys(parts)) {
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
