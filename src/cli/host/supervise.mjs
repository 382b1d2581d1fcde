import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { pinnedNode, root } from './paths.mjs';
import { mostRestarts, RestartBudget } from './restart-budget.mjs';
import { pause } from './run-command.mjs';
import { stopSignal } from './stop-signal.mjs';

const patience = 30_000;

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ending */

/**
 * Runs the program. `supervised`: with an IPC channel, whose end tells the program that we were killed, and restarted
 * when something kills it.
 *
 * @param {string[]} args of src/cli/main.ts
 * @param {{ env: NodeJS.ProcessEnv, supervised: boolean }} options
 * @returns {Promise<number>} the exit code
 */
export async function runProgram(args, { env, supervised }) {
  const restarts = new RestartBudget();
  for (;;) {
    const ending = await runOnce(args, env, supervised);
    if (ending.code !== null) return ending.code;
    if (!supervised || stopSignal.aborted) return stopSignal.aborted ? 0 : 128 + signalNumber(ending.signal);
    const wait = restarts.next(Date.now());
    if (wait === undefined) {
      console.error(`The server was ended by ${ending.signal} again, ${mostRestarts} times in two minutes; giving up.`);
      console.error('Out of memory? Look at `dmesg | tail` and at the output above, then start again.');
      return 1;
    }
    console.error(`The server was ended by ${ending.signal}, not by us. It starts again in ${wait / 1000} s.`);
    await Promise.race([pause(wait), stopRequested()]);
    if (stopSignal.aborted) return 0;
  }
}

const stopRequested = () => new Promise((resolve) => stopSignal.addEventListener('abort', resolve, { once: true }));

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} supervised
 * @returns {Promise<Ending>}
 */
function runOnce(args, env, supervised) {
  const child = spawn(pinnedNode, ['src/cli/main.ts', ...args], {
    cwd: root,
    env,
    stdio: ['inherit', 'inherit', 'inherit', ...(supervised ? [/** @type {const} */ ('ipc')] : [])],
  });
  return new Promise((resolve, reject) => {
    /** @type {NodeJS.Timeout | undefined} */
    let killer;
    // A Ctrl-C has reached the child already; the second request finds it stopping. SIGTERM has reached only us.
    const stop = () => {
      child.kill('SIGTERM');
      killer = setTimeout(() => child.kill('SIGKILL'), patience);
    };
    if (stopSignal.aborted) stop();
    stopSignal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(killer);
      stopSignal.removeEventListener('abort', stop);
      resolve({ code, signal });
    });
  });
}

/** @param {NodeJS.Signals | null} name */
const signalNumber = (name) => (name ? (constants.signals[name] ?? 0) : 0);
