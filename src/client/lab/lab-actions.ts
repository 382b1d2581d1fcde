import { fill } from '../../i18n/fill.ts';
import type { LabView, QueueView } from '../../shared/api.ts';
import { ask, ProblemError, sentenceOf } from '../api.ts';
import { confirmed } from '../confirm.ts';
import { here } from '../lesson/here.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { timeOfDay } from '../time.ts';
import { toast } from '../toast.ts';

/**
 * Asks for a lab. A live lab of another kind is ended first when the learner agrees; false when he does not.
 * @throws {ProblemError}
 */
export async function claim(name: string, replace = false): Promise<boolean> {
  const request = { spec: here.spec, lesson: here.lesson, replace, ...(name && { name }) };
  try {
    const answer = await ask<LabView | QueueView>('POST', 'labs', request);
    if ('position' in answer) {
      session.queued = answer.position;
      session.changed();
    } else keepIfNewer(answer);
    return true;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'other-lab' || replace) throw error;
    return (await confirmed(text.ask.otherLab)) && claim(name, true);
  }
}

/** An event may have overtaken the answer. */
function keepIfNewer(lab: LabView): void {
  if (session.lab?.id !== lab.id || session.lab.state === 'ended') session.keepLab(lab);
}

/** Replaces the lab's machine, after a question. */
export async function reset(): Promise<void> {
  if (session.lab && (await confirmed(text.ask.reset))) await change('POST', `labs/${session.lab.id}/reset`);
}

export async function end(): Promise<void> {
  if (session.lab && (await confirmed(text.ask.end))) await change('DELETE', `labs/${session.lab.id}`);
}

export async function extend(): Promise<void> {
  const lab = session.lab && (await change('POST', `labs/${session.lab.id}/extend`));
  if (!lab) return;
  session.keepLab(lab);
  toast(fill(text.bar.extended, { time: timeOfDay(lab.expiresAt, document.documentElement.lang) }));
}

async function change(method: string, path: string): Promise<LabView | undefined> {
  try {
    return await ask<LabView>(method, path);
  } catch (error) {
    toast(sentenceOf(error));
    return undefined;
  }
}
