import '../lab/lab-bar.ts';
import '../lab/lab-workspace.ts';
import './run-block.ts';
import './step-check.ts';
import { session } from '../session.ts';
import { here } from './here.ts';
import { followSteps } from './steps.ts';
import { showVariables, showVariants } from './variants.ts';

session.onNotice(async (notice) => (await import('../lab/notices.ts')).showNotice(notice));
followSteps();
/** The server may have answered before this script ran. */
function follow(listener: () => void): void {
  session.subscribe(listener);
  listener();
}
follow(showVariants);
follow(showVariables);
follow(async () => {
  if (session.server?.standins.length) await import('../lab/standin-note.ts');
});
// Questions and what explains them are needed when something has been answered, or is about to be.
const questions = () => import('./questions.ts');
const isQuestion = ({ target }: Event) => (target as Element).closest('.ask-box, .quiz') !== null;
document.addEventListener('focusin', (event) => {
  if (isQuestion(event)) void questions();
});
document.addEventListener('submit', async (event) => {
  if (customElements.get('answer-box') || !isQuestion(event)) return;
  event.preventDefault();
  await questions();
  (event.target as HTMLFormElement).requestSubmit();
});
follow(async () => {
  if (session.allProgress.some(({ lesson }) => lesson === here.lesson)) (await questions()).showExplanations();
});
void import('../lab/split-divider.ts');
