import type { TerminalAnswer } from '../../shared/api.ts';
import { ask, type ProblemError } from '../api.ts';
import { agreed, whereToRun } from '../questions.ts';

/** How a refused block is sent once more. */
export interface Again {
  force: boolean;
  terminal?: string;
}

/**
 * Asks the learner what to do about a block that does not go where it belongs: into a busy program, or into a shell
 * that stands elsewhere than `chain`. Nothing when he lets it be. @throws {ProblemError} where there is nothing to ask.
 */
export async function askAgain(
  lab: string,
  chain: readonly string[],
  refused: ProblemError,
): Promise<Again | undefined> {
  if (refused.code === 'terminal-busy') return (await agreed('busy')) ? { force: true } : undefined;
  if (refused.code !== 'wrong-level') throw refused;
  const answer = await whereToRun(refused.message);
  if (answer === 'other') return { force: true };
  if (answer !== 'yes') return undefined;
  const { terminal } = await ask<TerminalAnswer>('POST', `labs/${lab}/terminals`, { chain });
  return { force: false, terminal: terminal.name };
}
