import type { LabView } from '../../shared/api.ts';
import { session } from '../session.ts';

const workspace = document.querySelector<HTMLElement>('lab-workspace');

/** What this page is about, as the prerendered page says. */
export const here = {
  lesson: workspace?.dataset.lesson ?? '',
  spec: workspace?.dataset.spec ?? '',
};

/** The learner's lab, when it is of the kind that this lesson needs. */
export function labHere(): LabView | undefined {
  return session.lab?.spec === here.spec ? session.lab : undefined;
}

/** That lab while it can be used. */
export function readyLab(): LabView | undefined {
  const lab = labHere();
  return lab?.state === 'ready' ? lab : undefined;
}
