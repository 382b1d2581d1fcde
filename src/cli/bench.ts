import { benchMap } from '../bench/map.ts';
import { benchSandbox } from '../bench/sandbox.ts';
import { benchTerminal } from '../bench/terminal.ts';
import { UsageError } from './messages.ts';
import { openCore } from './prepare.ts';

const benches = { sandbox: benchSandbox, map: benchMap, terminal: benchTerminal };

/** `npm run bench -- <name> [part…] [--json]`. */
export async function bench(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [name = '', ...parts] = args.filter((arg) => !arg.startsWith('-'));
  if (!isBench(name))
    throw new UsageError(`Usage: npm run bench -- <name> [--json], with a name of ${Object.keys(benches).join(', ')}`);
  await using core = await openCore(environment);
  const report = await benches[name](core, parts);
  if (args.includes('--json')) console.log(JSON.stringify(report, undefined, 2));
  else console.table(report.results);
  return 0;
}

function isBench(name: string): name is keyof typeof benches {
  return Object.hasOwn(benches, name);
}
