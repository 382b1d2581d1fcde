import { fill } from '../i18n/fill.ts';
import type { LearnerView } from '../shared/api.ts';

/** The name a learner gave, else his number: `Learner 07`. */
export function learnerName(learner: LearnerView, numbered: string): string {
  return learner.name ?? fill(numbered, { n: String(learner.number).padStart(2, '0') });
}
