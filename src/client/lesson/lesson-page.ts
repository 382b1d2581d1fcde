import '../lab/lab-bar.ts';
import '../lab/lab-workspace.ts';
import '../lab/standin-note.ts';
import './answer-box.ts';
import './predict-box.ts';
import './run-block.ts';
import './step-check.ts';
import { session } from '../session.ts';
import { here } from './here.ts';
import { followSteps } from './steps.ts';
import { showVariants } from './variants.ts';

session.onNotice(async (notice) => (await import('../lab/notices.ts')).showNotice(notice));
followSteps();
session.subscribe(showVariants);
session.subscribe(async () => {
  // Most come with nothing to explain yet.
  if (session.allProgress.some(({ lesson }) => lesson === here.lesson)) {
    await (await import('./explanations.ts')).showExplanations();
  }
});
void import('../lab/split-divider.ts');
