import { z } from 'zod';
import type { MapContainer, MapDaemon } from '../../shared/api.ts';

const seenContainer = z.object({
  name: z.string(),
  id: z.string(),
  image: z.string(),
  state: z.string(),
  privileged: z.boolean(),
  pid: z.int(),
  socket: z.boolean(),
});
const seenDaemon = z.object({
  chain: z.string(),
  id: z.string(),
  version: z.string(),
  driver: z.string(),
  level: z.int(),
  omitted: z.int(),
  containers: z.array(seenContainer),
});
const seenPids = z.object({ nspids: z.array(z.array(z.int())) });

type SeenDaemon = z.infer<typeof seenDaemon>;

/**
 * Builds the tree from what look.sh printed: a line per daemon, the first one L1's, and a line with all NSpid lists.
 * Undefined when L1's daemon did not answer.
 */
export function buildMap(output: string): MapDaemon | undefined {
  const lines = output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const daemons = lines.flatMap((line) => seenDaemon.safeParse(line).data ?? []);
  const nspids = lines.flatMap((line) => seenPids.safeParse(line).data?.nspids ?? []);
  const host = daemons.find((daemon) => daemon.chain === '');
  return host && toDaemon(host, daemons, nspids, undefined);
}

function toDaemon(
  seen: SeenDaemon,
  all: readonly SeenDaemon[],
  nspids: readonly number[][],
  outerPid: number | undefined,
): MapDaemon {
  const containers = seen.containers.map((container): MapContainer => {
    const nested = outerPid === undefined ? all.filter((daemon) => daemon.chain === container.name) : [];
    return {
      name: container.name,
      id: container.id,
      image: container.image,
      state: container.state,
      level: seen.level + 1,
      privileged: container.privileged,
      pids: container.pid > 0 ? pidChain(container.pid, seen.level, nspids) : [],
      ...(container.socket ? { socket: seen.id } : {}),
      daemons: nested.map((daemon) => toDaemon(daemon, all, nspids, container.pid)),
    };
  });
  const { id, version, driver, level, omitted } = seen;
  return { id, version, driver, level, containers, omitted };
}

/** A container's first process is 1 in its own namespace and `pid` in its daemon's, which is `level` deep. */
function pidChain(pid: number, level: number, nspids: readonly number[][]): number[] {
  return nspids.find((pids) => pids.length === level + 1 && pids[level] === 1 && pids[level - 1] === pid) ?? [pid];
}
