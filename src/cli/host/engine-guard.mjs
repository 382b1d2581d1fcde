import { startTimeOf } from './machine.mjs';
import { seconds } from './phases.mjs';
import { enginePids, usePrivateEngine } from './private-engine.mjs';
import { RestartBudget } from './restart-budget.mjs';

const interval = 1000;

/**
 * Brings the private engine back when it dies while somebody uses it. Two users that notice at once take turns at its
 * lock, and the second finds it running.
 */
export function guardEngine() {
  const budget = new RestartBudget();
  let pids = enginePids();
  /** @type {Promise<void> | undefined} */
  let repair;
  const timer = setInterval(() => {
    if (repair || (pids.length >= 2 && pids.every((pid) => startTimeOf(pid) !== undefined))) return;
    if (budget.next(Date.now()) === undefined) return stopGuarding();
    repair = bringBack().finally(() => {
      pids = enginePids();
      repair = undefined;
    });
  }, interval);

  function stopGuarding() {
    clearInterval(timer);
    console.error(
      'The private engine ended again and again; it is not started any more. Fix: stop this command, look at',
    );
    console.error('its dockerd.log, and start again.');
  }

  /** @returns {Promise<void>} */
  async function stop() {
    clearInterval(timer);
    await repair;
  }
  return { stop };
}

async function bringBack() {
  const started = Date.now();
  console.error('The private engine ended unexpectedly; starting it again.');
  try {
    await usePrivateEngine();
    console.error(`The private engine answers again after ${seconds(Date.now() - started)}.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
}
