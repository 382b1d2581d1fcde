import { session } from '../session.ts';

/** Where answers to the questions at a lesson's end are kept (shared/lesson.ts, whose schemas no page needs). */
const quizStep = 'quiz';

/** The button of the home page: to the step where the learner stopped, on whatever device that was, or to the first lesson. */
class GoOn extends HTMLElement {
  connectedCallback(): void {
    session.subscribe(() => this.#draw());
    this.#draw();
  }

  #draw(): void {
    const steps = session.allProgress.filter(({ step }) => step !== quizStep);
    const last = steps.sort((a, b) => b.enteredAt - a.enteredAt)[0];
    const link = this.querySelector('a');
    if (!last || !link) return;
    link.href = `lessons/${last.lesson}/#${last.step}`;
    link.textContent = this.dataset.goOn ?? '';
  }
}

customElements.define('go-on', GoOn);
