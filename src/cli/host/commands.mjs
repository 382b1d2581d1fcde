import { guardEngine } from './engine-guard.mjs';
import { logsDir, root } from './paths.mjs';
import { PhaseError, Phases, ShownError } from './phases.mjs';
import { findNeed, missingOffline, prepare } from './prepare.mjs';
import { leavePrivateEngine } from './private-engine.mjs';
import { listenForStop, stopSignal } from './stop-signal.mjs';
import { runProgram } from './supervise.mjs';
import { runStages } from './test-stages.mjs';

/**
 * What a command needs before it can run.
 *
 * supervised: it is a server, restarted when something kills it. quiet: its standard output belongs to the program
 * alone. stages: it runs stages of `npm test` instead of the program.
 *
 * @typedef {import('./prepare.mjs').Demand & { supervised?: boolean, quiet?: boolean, stages?: string[] }} Command
 * @typedef {import('./prepare.mjs').FoundEngine} FoundEngine
 */

/** @type {Record<string, (args: string[]) => Command>} */
const commands = {
  serve: () => ({ engine: 'require', browser: false, supervised: true }),
  dev: () => ({ engine: 'require', browser: false, supervised: true }),
  test: (args) => testCommand(args.filter((arg) => !arg.startsWith('-'))),
  check: () => ({ engine: 'none', browser: false, stages: ['check'] }),
  build: () => ({ engine: 'none', browser: false, stages: ['build'] }),
  doctor: () => ({ engine: 'find', browser: false, quiet: true }),
  bench: ([name = '']) => ({
    engine: 'require',
    browser: ['terminal', 'map', 'pages'].includes(name),
    guest: name === 'guest',
    quiet: true,
  }),
  // The others work on labs that exist; these make one, if need be with an engine of their own.
  lab: ([action]) => ({
    engine: ['new', 'test', 'probe', 'author'].includes(action ?? '') ? 'require' : 'find',
    browser: false,
    quiet: true,
    supervised: action === 'author',
  }),
};

const allStages = ['check', 'unit', 'build', 'engine', 'lessons', 'journeys'];

/**
 * @param {string[]} named
 * @returns {Command}
 */
function testCommand(named) {
  const unknown = named.filter((name) => !allStages.includes(name));
  if (unknown.length > 0)
    throw new PhaseError(`Unknown stage: ${unknown.join(', ')}.`, `name some of ${allStages.join(', ')}.`);
  const stages = named.length > 0 ? named : allStages;
  const needsEngine = stages.some((name) => ['engine', 'lessons', 'journeys'].includes(name));
  const needsBrowser = stages.some((name) => ['check', 'lessons', 'journeys'].includes(name));
  return { engine: needsEngine ? 'require' : 'none', browser: needsBrowser, stages };
}

/**
 * @param {string[]} argv the command and its arguments
 * @returns {Promise<number>} the exit code
 */
export async function runCommand([name = '', ...args]) {
  listenForStop();
  try {
    const command = commands[name]?.(args);
    if (!command) throw new PhaseError(`Unknown command: ${name}.`, `use one of ${Object.keys(commands).join(', ')}.`);
    return await prepareAndRun(name, args, command);
  } catch (error) {
    if (stopSignal.aborted) return 130;
    if (error instanceof PhaseError) console.error(`${error.message}\nFix: ${error.fix}`);
    else if (!(error instanceof ShownError)) console.error(error);
    return 1;
  }
}

/**
 * @param {string} name
 * @param {string[]} args
 * @param {Command} command
 */
async function prepareAndRun(name, args, command) {
  const offline = args.includes('--offline') || process.env.npm_config_offline === 'true';
  const quiet = command.quiet ?? false;
  const phases = new Phases({ stream: quiet ? process.stderr : process.stdout, logsDir, quiet });
  const need = await findNeed(command);
  const missing = offline ? missingOffline(need) : [];
  if (missing.length > 0) {
    console.error(
      ['--offline touches no network, but these are missing:', ...missing.map((each) => `  ${each}`)].join('\n'),
    );
    return 1;
  }
  /** @type {FoundEngine | undefined} */
  let engine;
  try {
    engine = await prepare(command, offline ? { ...need, packages: [] } : need, phases);
    if (stopSignal.aborted) return 130;
    const env = programEnvironment(engine, command.engine === 'find' ? need.engine : undefined, phases);
    if (command.stages) return await runStages(command.stages, { env, phases, summary: name === 'test' });
    const programArgs = [name, ...args, ...(offline && !args.includes('--offline') ? ['--offline'] : [])];
    const guard = engine?.isPrivate && command.engine === 'require' ? guardEngine() : undefined;
    try {
      return await runProgram(programArgs, { env, supervised: command.supervised ?? false });
    } finally {
      await guard?.stop();
    }
  } finally {
    if (engine?.isPrivate && command.engine === 'require') await leavePrivateEngine();
  }
}

/**
 * @param {FoundEngine | undefined} engine
 * @param {import('./prepare.mjs').EngineSearch | undefined} search for a command that runs without an engine, too
 * @param {Phases} phases
 * @returns {NodeJS.ProcessEnv}
 */
function programEnvironment(engine, search, phases) {
  const problem = search?.outcome === 'problem' ? `${search.sentence} Fix: ${search.fix}` : noEngine;
  return {
    ...process.env,
    ASTRO_TELEMETRY_DISABLED: '1',
    PATH: `${root}/node_modules/.bin:${process.env.PATH ?? ''}`,
    ...engine?.env,
    ...(search && !engine ? { MATRYOSHKA_ENGINE_PROBLEM: problem } : {}),
    MATRYOSHKA_HOST_PHASES: JSON.stringify(phases.finished),
  };
}

const noEngine = 'No engine answers on this machine. Fix: `npm start` starts one, as root on Debian or Ubuntu.';
