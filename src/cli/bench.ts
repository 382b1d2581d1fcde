import { benchLabs } from '../bench/labs.ts';
import { UsageError } from './messages.ts';
import { openCore } from './prepare.ts';

const benches: Record<string, typeof benchLabs> = { labs: benchLabs };

/** `npm run bench -- labs [--json]`. */
export async function bench(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [name = ''] = args.filter((arg) => !arg.startsWith('-'));
  const run = benches[name];
  if (!run)
    throw new UsageError(`Usage: npm run bench -- <name> [--json], with a name of ${Object.keys(benches).join(', ')}`);
  await using core = await openCore(environment);
  const report = await run(core);
  if (args.includes('--json')) console.log(JSON.stringify(report, undefined, 2));
  else console.table(report.results);
  return 0;
}
