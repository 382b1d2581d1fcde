import { ConfigError, readConfig } from '../server/config.ts';
import { bench } from './bench.ts';
import { check } from './check.ts';
import { dev } from './dev.ts';
import { doctor } from './doctor.ts';
import { lab } from './lab.ts';
import { explain, UsageError } from './messages.ts';
import { serve } from './serve.ts';

/** A command: its arguments in, its exit code out. `environment` is what bootstrap.mjs prepared. */
export type Command = (args: string[], environment: NodeJS.ProcessEnv) => Promise<number>;

const commands: Record<string, Command> = { serve, dev, doctor, lab, bench, check };

const [name = '', ...args] = process.argv.slice(2);
try {
  const command = commands[name];
  if (!command) throw new UsageError(`Unknown command: ${name}. Use one of ${Object.keys(commands).join(', ')}.`);
  // Wrong settings stop every command, also those that would not have read them.
  if (name !== 'check') readConfig(process.env);
  process.exitCode = await command(args, process.env);
} catch (error) {
  console.error(explain(error));
  process.exitCode = error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}
// What an engine that keeps silent has not answered would keep a program that is done.
process.exit();
