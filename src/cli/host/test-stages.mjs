import { spawn } from 'node:child_process';
import { readdirSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pinnedNode, root } from './paths.mjs';
import { PhaseError, ShownError } from './phases.mjs';
import { stopSignal } from './stop-signal.mjs';

/**
 * A stage of `npm test`: commands that all run, and what must have passed before.
 *
 * @typedef {{ commands: () => string[][], needs?: string }} Stage
 */

/** For a file of tests: the longest takes five minutes on two quiet cores, and the first also builds the images. */
const fileMs = 1_800_000;

/** @param {string} name */
const bin = (name) => join(root, 'node_modules/.bin', name);

/** @param {string[]} args */
const program = (...args) => [pinnedNode, 'src/cli/main.ts', ...args];

/** @type {Record<string, Stage>} */
const stages = {
  check: {
    commands: () => [[bin('biome'), 'check'], [bin('astro'), 'sync'], [bin('astro'), 'check'], program('check')],
  },
  unit: { commands: () => nodeTests(isUnitTest) },
  build: { commands: () => [[bin('astro'), 'build']] },
  engine: { commands: () => nodeTests(isEngineTest, '--test-concurrency=2') },
  lessons: { commands: () => [program('lab', 'test', '--jobs', '2')] },
  journeys: { commands: () => [[bin('playwright'), 'test']], needs: 'build' },
};

/** @param {string} file */
export const isEngineTest = (file) => /\.engine\.test\.(ts|mjs)$/.test(file);

/** @param {string} file */
export const isUnitTest = (file) => /\.test\.(ts|mjs)$/.test(file) && !isEngineTest(file);

/**
 * @param {(file: string) => boolean} isWanted
 * @param {string[]} options
 * @returns {string[][]}
 */
function nodeTests(isWanted, ...options) {
  // node --test has no pattern for "but not these", and the globs of Node 20 differ from those of 24.
  const files = filesBelow(join(root, 'src')).filter(isWanted);
  const always = [
    '--test',
    '--test-reporter=spec',
    `--test-timeout=${fileMs}`,
    '--import',
    './src/cli/host/test-end.mjs',
  ];
  return files.length > 0 ? [[pinnedNode, ...always, ...options, ...files]] : [];
}

/**
 * @param {string} folder
 * @returns {string[]} paths from the checkout
 */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [relative(root, path)];
    })
    .sort();
}

/**
 * Runs the named stages in their order and goes on after a failure, so that one run tells everything.
 *
 * @param {string[]} named
 * @param {{ env: NodeJS.ProcessEnv, phases: import('./phases.mjs').Phases, summary: boolean }} options
 * @returns {Promise<number>} the exit code
 */
export async function runStages(named, { env, phases, summary }) {
  // Where nobody watches a live line, the output itself shows that something happens.
  const streams = Boolean(process.env.CI) || !phases.stream.isTTY || !summary;
  phases.shownLogLines = streams ? 0 : 200;
  const needed = named.flatMap((name) => stages[name]?.needs ?? []);
  const order = Object.keys(stages).filter((name) => named.includes(name) || needed.includes(name));
  /** @type {Map<string, { passed: boolean, text: string }>} */
  const results = new Map();
  for (const name of order) {
    const stage = stages[name];
    if (!stage || stopSignal.aborted) break;
    results.set(name, await runStage(name, stage, { env, phases, streams, results }));
  }
  const failed = order.filter((name) => !results.get(name)?.passed);
  if (summary) showSummary(order, results, failed.length, phases.stream);
  return stopSignal.aborted ? 130 : failed.length > 0 ? 1 : 0;
}

/**
 * @param {string} name
 * @param {Stage} stage
 * @param {{ env: NodeJS.ProcessEnv, phases: import('./phases.mjs').Phases, streams: boolean,
 *   results: Map<string, { passed: boolean, text: string }> }} options
 */
async function runStage(name, { commands, needs }, { env, phases, streams, results }) {
  if (needs && !results.get(needs)?.passed) return { passed: false, text: `not run: it needs ${needs}` };
  if (streams) phases.stream.write(`… ${name}\n`);
  try {
    await phases.run(name, async (phase) => {
      const failures = [];
      for (const command of commands()) {
        if (stopSignal.aborted) throw new PhaseError('Stopped.');
        const outcome = await runTeed(command, { env, phase, streams });
        if (outcome !== 0) failures.push(`${shortened(command)} ended with ${outcome}.`);
      }
      phase.note('');
      if (failures.length > 0) throw new PhaseError(failures.join('\n'));
    });
    return { passed: true, text: 'passed' };
  } catch (error) {
    if (!(error instanceof ShownError)) throw error;
    return { passed: false, text: 'failed' };
  }
}

/** @param {string[]} command */
const shortened = (command) => {
  const [first = '', ...args] = command.map((word) => (word.startsWith(root) ? relative(root, word) : word));
  const shown = args.slice(0, 4);
  return `\`${[first, ...shown].join(' ')}${args.length > shown.length ? ' …' : ''}\``;
};

/**
 * @param {string[]} command
 * @param {{ env: NodeJS.ProcessEnv, phase: import('./phases.mjs').Phase, streams: boolean }} options
 * @returns {Promise<number | string>} the exit code, or the signal
 */
function runTeed([file = '', ...args], { env, phase, streams }) {
  const log = phase.log();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill('SIGTERM'); // a Ctrl-C has reached it already
    stopSignal.addEventListener('abort', stop, { once: true });
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      writeSync(log, chunk);
      if (streams) process.stdout.write(chunk);
      else phase.note(lastLine(chunk));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => reject(new PhaseError(`${file}: ${error.message}`)));
    child.once('close', (code, signal) => {
      stopSignal.removeEventListener('abort', stop);
      resolve(code ?? signal ?? 1);
    });
  });
}

/** @param {Buffer} chunk */
const lastLine = (chunk) => {
  const text = chunk.toString();
  // Escape sequences would break the live line.
  const plain = text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g'), '');
  return (
    plain
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1)
      ?.trim() ?? ''
  );
};

/**
 * @param {string[]} order
 * @param {Map<string, { passed: boolean, text: string }>} results
 * @param {number} failed
 * @param {NodeJS.WriteStream} stream
 */
function showSummary(order, results, failed, stream) {
  stream.write('\n');
  for (const name of order)
    stream.write(`${results.get(name)?.passed ? '✓' : '✗'} ${name}  ${results.get(name)?.text ?? 'not run'}\n`);
  stream.write(`${order.length - failed} passed, ${failed} failed\n`);
}
