import { cpus, freemem, loadavg, release, totalmem } from 'node:os';
import { UsageError } from '../cli/messages.ts';
import type { Core } from '../server/app.ts';
import type { Row } from './row.ts';

export type Parts = Record<string, (core: Core) => Promise<Row[]>>;

/**
 * Runs all parts of a bench, or those that are named, and tells on what machine.
 *
 * @throws {UsageError} for a name that is no part's, before anything runs.
 */
export async function runParts(
  core: Core,
  parts: Parts,
  named: readonly string[],
): Promise<{ machine: object; results: Row[] }> {
  const unknown = named.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) {
    throw new UsageError(`"${unknown}" is not part of this bench; use ${Object.keys(parts).join(', ')}.`);
  }
  const results: Row[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (named.length === 0 || named.includes(name)) results.push(...(await part(core)));
  }
  const { version, cgroup } = await core.engine.info();
  const machine = {
    ...{ kernel: release(), cpus: cpus().length, memory: totalmem(), free: freemem(), load: loadavg() },
    ...{ engine: version, cgroup, rung: core.rung.verdict.rung },
  };
  return { machine, results };
}
