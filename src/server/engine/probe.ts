import { networkInterfaces } from 'node:os';
import { z } from 'zod';
import type { LabSpec } from '../../shared/lab-spec.ts';
import { type Engine, EngineFailedError } from './engine.ts';

/** In L1; in an inner `--privileged` container; in inner containers that have L1's file system under /host. */
export const probePlaces = ['l1', 'privileged', 'host-mount'] as const;
export type ProbePlace = (typeof probePlaces)[number];

const reportSchema = z.object({
  schema: z.literal(1),
  place: z.enum(probePlaces),
  results: z.array(
    z.object({ id: z.string(), result: z.enum(['blocked', 'open', 'unsupported']), detail: z.string() }),
  ),
});
export type ProbeReport = z.infer<typeof reportSchema>;

const program = '/opt/lab/bin/lab-probe';
/** The slowest attempts wait for answers that should not come; a busy machine needs more. */
const deadlineMs = 120_000;

/** Once with everything that an inner container can be given, once as beginners do it. */
const runs: Record<ProbePlace, string[][]> = {
  l1: [[program]],
  privileged: [inner('--privileged')],
  'host-mount': [inner('--privileged', '--pid', 'host', '--net', 'host', '-v', '/:/host'), inner('-v', '/:/host')],
};

function inner(...options: string[]): string[] {
  return ['docker', 'run', '--rm', ...options, '-v', `${program}:/lab-probe:ro`, 'alpine', '/lab-probe'];
}

/**
 * Tries to get out of a sandbox of the spec, harmlessly, and says what was open. What two runs of one place see
 * differently counts as open when it was open in one.
 *
 * @throws {EngineFailedError} when the probe itself does not run.
 */
export async function probeSandbox(
  engine: Engine,
  ref: string,
  { limits }: Pick<LabSpec, 'limits'>,
  place: ProbePlace,
): Promise<ProbeReport> {
  const known = ['--disk', `${limits.disk.tmpfs}`, ...hostAddresses().flatMap((address) => ['--address', address])];
  const reports: ProbeReport[] = [];
  for (const command of runs[place]) {
    const result = await engine.exec(ref, [...command, '--place', place, ...known], { deadline: deadlineMs });
    if (result.code !== 0) throw new EngineFailedError(`The probe did not run: ${result.stderr || result.stdout}`);
    reports.push(reportSchema.parse(JSON.parse(result.stdout)));
  }
  const [first, ...others] = reports as [ProbeReport, ...ProbeReport[]];
  const results = first.results.map((found, index) => {
    const all = [found, ...others.flatMap((report) => report.results[index] ?? [])];
    return all.find(({ result }) => result === 'open') ?? found;
  });
  return { ...first, results };
}

/** What of this machine a lab must not reach. */
function hostAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
}
