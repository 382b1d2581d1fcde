import { spawn } from 'node:child_process';
import { stopSignal } from './stop-signal.mjs';

export class CommandError extends Error {}

/**
 * Runs a command to its end; its output goes to a file descriptor (a phase's log), or is collected when there is none.
 * A command that is not `stoppable` goes on when somebody asks us to stop, because it may be what cleans up: it gets a
 * session of its own, where a Ctrl-C in the terminal does not reach it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ log?: number, cwd?: string, env?: NodeJS.ProcessEnv, input?: string, stoppable?: boolean }} [options]
 * @returns {Promise<string>} what it wrote to stdout, '' when that went to the log
 */
export function run(command, args, { log, cwd, env = process.env, input, stoppable = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['pipe', log ?? 'pipe', log ?? 'pipe'],
      env,
      detached: !stoppable,
      ...(stoppable ? { signal: stopSignal } : {}),
      ...(cwd ? { cwd } : {}),
    });
    let output = '';
    let complaints = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (complaints += text));
    child.stdin?.on('error', () => {}); // a command that does not read its input has closed it
    child.stdin?.end(input ?? '');
    child.on('error', (error) =>
      reject(new CommandError(`${command}: ${stopSignal.aborted ? 'stopped' : error.message}`)),
    );
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const outcome = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      reject(
        new CommandError([`\`${[command, ...args].join(' ')}\` ${outcome}.`, complaints.trim()].join('\n').trim()),
      );
    });
  });
}

/** @param {number} milliseconds */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Asks again and again until the answer is true or the time is over.
 *
 * @param {() => boolean | Promise<boolean>} isTrue
 * @param {{ milliseconds: number, every?: number }} options
 * @returns {Promise<boolean>} whether it became true
 */
export async function becomesTrue(isTrue, { milliseconds, every = 25 }) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    if (await isTrue()) return true;
    if (Date.now() >= deadline) return false;
    await pause(every);
  }
}
