import { type LabSpec, type ProbeReport, probePlaces, probeSandbox } from '../server/app.ts';
import { PlainError, UsageError } from './messages.ts';
import { openCore } from './prepare.ts';

/** The throw-away sandbox ends itself when the probe takes longer, or died. */
const leaseMs = 10 * 60_000;

/**
 * `lab probe`: tries to get out of a lab from every place, or one. Exit code 1 when something is open although the
 * isolation promises that nothing is.
 */
export async function probe(
  options: { json: boolean; level: string | undefined },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const places = probePlaces.filter((place) => options.level === undefined || options.level === place);
  if (places.length === 0) throw new UsageError(`--level is one of ${probePlaces.join(', ')}.`);
  await using core = await openCore(environment);
  const { isolation } = await core.engine.info();
  const spec: LabSpec | undefined = core.labs.specs[0];
  if (!spec) throw new PlainError('There is no lab to probe.');
  const reports: ProbeReport[] = [];
  const sandbox = await core.sandboxes.create(spec, { purpose: 'test', leaseUntil: Date.now() + leaseMs });
  try {
    for (const place of places) {
      reports.push(await probeSandbox(core.engine, sandbox.engineRef, spec, place));
      if (!options.json) printReport(reports.at(-1) as ProbeReport);
    }
  } finally {
    await core.sandboxes.remove(sandbox);
  }
  const open = reports.flatMap(({ results }) => results.filter(({ result }) => result === 'open')).length;
  const promised = isolation === 'matryoshka' || isolation === 'sysbox';
  if (options.json) console.log(JSON.stringify({ isolation, open, reports }));
  else console.log(`${open} open, isolation ${isolation}${promised ? '' : ', which does not promise that nothing is'}`);
  return promised && open > 0 ? 1 : 0;
}

function printReport({ place, results }: ProbeReport): void {
  console.log(place);
  const marks = { blocked: '✓', open: '✗', unsupported: '–' };
  for (const { id, result, detail } of results) {
    console.log(`  ${marks[result]} ${id.padEnd(20)} ${result.padEnd(12)} ${detail}`);
  }
}
