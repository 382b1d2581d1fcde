import type { Core } from '../server/app.ts';
import { UsageError } from './messages.ts';
import { openCore } from './prepare.ts';

type Bench = (parts: string[], environment: NodeJS.ProcessEnv) => Promise<{ results: object[] }>;

const benches = {
  // The server, which is the same program, has no use for a browser.
  sandbox: withCore(async (...given) => await (await import('../bench/sandbox.ts')).benchSandbox(...given)),
  map: withCore(async (...given) => await (await import('../bench/map.ts')).benchMap(...given)),
  terminal: withCore(async (...given) => await (await import('../bench/terminal.ts')).benchTerminal(...given)),
  guest: async (...given) => await (await import('../bench/guest.ts')).benchGuest(...given),
  pages: async () => await (await import('../bench/pages.ts')).benchPages(),
} satisfies Record<string, Bench>;

/** `npm run bench -- <name> [part…] [--json]`. */
export async function bench(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [name = '', ...parts] = args.filter((arg) => !arg.startsWith('-'));
  if (!isBench(name))
    throw new UsageError(`Usage: npm run bench -- <name> [--json], with a name of ${Object.keys(benches).join(', ')}`);
  const report = await benches[name](parts, environment);
  if (args.includes('--json')) console.log(JSON.stringify(report, undefined, 2));
  else console.table(report.results);
  return 0;
}

/** A bench of what runs on this machine's engine. */
function withCore(run: (core: Core, parts: string[]) => Promise<{ results: object[] }>): Bench {
  return async (parts, environment) => {
    await using core = await openCore(environment);
    return await run(core, parts);
  };
}

function isBench(name: string): name is keyof typeof benches {
  return Object.hasOwn(benches, name);
}
