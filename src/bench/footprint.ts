import { setTimeout as sleep } from 'node:timers/promises';
import type { Core, LiveSandbox } from '../server/app.ts';
import { type Row, row } from './row.ts';

const labs = 10;
/** After its start a lab's engine writes and frees a little more. */
const settleMs = 10_000;
/** One line per process: its name and its share of the memory, KiB. */
const shares = `for p in /proc/[0-9]*; do
  read -r name <$p/comm && sed -n "s/^Pss: *\\([0-9]*\\) kB/$name \\1/p" $p/smaps_rollup
done 2>/dev/null`;
/** What the kernel charges the lab: processes, files in memory, the kernel's own. */
const charged = 'cat /sys/fs/cgroup/memory/memory.usage_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.current';
const files = 'df -k / /run /var/lib/docker | awk \'$1 != "Filesystem" { used += $3 } END { print used }\'';

/** What idle labs cost: memory by process, what the kernel charges, what they write, which is memory, too. */
export async function benchFootprint({ engine, sandboxes, labs: catalog }: Core): Promise<Row[]> {
  const spec = catalog.spec('dind') ?? catalog.specs[0];
  if (!spec) throw new Error('there is no lab');
  const made: LiveSandbox[] = [];
  const make = async () => {
    made.push(await sandboxes.create(spec, { purpose: 'test', leaseUntil: Date.now() + 900_000 }));
  };
  try {
    for (let lab = 0; lab < labs; lab++) await make();
    await sleep(settleMs);
    const byProcess: Record<string, number[]> = {};
    const [whole, charge, disk]: [number[], number[], number[]] = [[], [], []];
    for (const { engineRef } of made) {
      const sh = async (script: string) => (await engine.exec(engineRef, ['sh', '-c', script])).stdout.trim();
      charge.push(Number(await sh(charged)) / 2 ** 20);
      disk.push(Number(await sh(files)) / 1024);
      const sums = sumByName(await sh(shares));
      whole.push(Object.values(sums).reduce((total, next) => total + next, 0) / 1024);
      for (const [name, kibibytes] of Object.entries(sums)) {
        byProcess[name] ??= [];
        byProcess[name].push(kibibytes / 1024);
      }
    }
    return [
      row('idle lab: PSS of its processes', 'MiB', whole),
      ...Object.entries(byProcess)
        .filter(([, values]) => values.length === made.length)
        .map(([name, values]) => row(`idle lab: PSS of ${name}`, 'MiB', values)),
      row('idle lab: charged by the kernel', 'MiB', charge),
      row(
        'idle labs per GiB, by that charge',
        '',
        charge.map((mebibytes) => 1024 / mebibytes),
      ),
      row('idle lab: its files, in memory', 'MiB', disk),
    ];
  } finally {
    await Promise.all(made.map((sandbox) => sandboxes.remove(sandbox)));
  }
}

function sumByName(lines: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of lines.split('\n')) {
    const [name = '', kibibytes] = line.split(' ');
    // What looks is not what is looked at.
    if (kibibytes && !['sh', 'busybox', 'sed'].includes(name)) sums[name] = (sums[name] ?? 0) + Number(kibibytes);
  }
  return sums;
}
