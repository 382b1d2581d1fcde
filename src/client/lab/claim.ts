import type { LabView, QueueView } from '../../shared/api.ts';
import { ask, ProblemError } from '../api.ts';
import { session } from '../session.ts';

/**
 * Asks for a lab. A live lab of another kind is ended first when the learner agrees; false when he does not.
 * @throws {ProblemError}
 */
export async function claim(wanted: { spec: string; lesson?: string }, name = '', replace = false): Promise<boolean> {
  const request = { ...wanted, replace, ...(name && { name }) };
  try {
    const answer = await ask<LabView | QueueView>('POST', 'labs', request);
    if ('position' in answer) {
      session.queued = answer.position;
      session.changed();
    } else keepIfNewer(answer);
    return true;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'other-lab' || replace) throw error;
    const { agreed } = await import('../questions.ts');
    return (await agreed('otherLab')) && claim(wanted, name, true);
  }
}

/** Events may have overtaken the answer: what they said is newer, even that this lab has ended, or another has begun. */
function keepIfNewer(lab: LabView): void {
  if (session.lab?.id !== lab.id && !(session.lab && session.lab.createdAt > lab.createdAt)) session.keepLab(lab);
}
