import { fill } from '../../i18n/fill.ts';
import type { LabView } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { loadDialogText } from '../dialog-text.ts';
import { agreed } from '../questions.ts';
import { session } from '../session.ts';
import { timeOfDay } from '../time.ts';
import { toast } from '../toast.ts';

/** What a learner can do with his lab; loaded when he first does it. */
export type LabAction = 'extend' | 'reset' | 'end';

const actions: Record<LabAction, (lab: LabView) => Promise<void>> = {
  async extend(lab) {
    const extended = await ask<LabView>('POST', `labs/${lab.id}/extend`);
    session.keepLab(extended);
    const time = timeOfDay(extended.expiresAt, document.documentElement.lang);
    toast(fill((await loadDialogText()).extended, { time }));
  },
  async reset(lab) {
    if (!(await agreed('reset'))) return;
    await ask('POST', `labs/${lab.id}/reset`);
    toWorkspace();
  },
  async end(lab) {
    if (!(await agreed('end'))) return;
    await ask('DELETE', `labs/${lab.id}`);
    toWorkspace();
  },
};

/** The button that had the keyboard goes away with the lab; what comes next stands in the workspace. */
function toWorkspace(): void {
  document.getElementById('workspace')?.focus({ preventScroll: true });
}

export async function act(action: LabAction): Promise<void> {
  try {
    if (session.lab) await actions[action](session.lab);
  } catch (error) {
    toast(sentenceOf(error));
  }
}
