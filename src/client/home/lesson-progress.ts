import { fill } from '../../i18n/fill.ts';
import { session } from '../session.ts';
import { homeText } from './home-text.ts';

/** On a lesson's card: one mark per step, and how many are passed. */
class LessonProgress extends HTMLElement {
  connectedCallback(): void {
    session.subscribe(() => this.#draw());
    this.#draw();
  }

  #draw(): void {
    const steps = (this.dataset.steps ?? '').split(' ');
    const passed = steps.map((step) => session.progress(this.dataset.lesson ?? '', step)?.passedAt !== undefined);
    const n = passed.filter(Boolean).length;
    const marks = document.createElement('span');
    marks.className = 'marks';
    marks.ariaHidden = 'true';
    for (const done of passed) {
      marks.append(Object.assign(document.createElement('span'), { className: done ? 'mark passed' : 'mark' }));
    }
    const words = n === steps.length ? homeText.home.complete : fill(homeText.home.passed, { n, of: steps.length });
    this.replaceChildren(marks, n === 0 ? '' : words);
  }
}

customElements.define('lesson-progress', LessonProgress);
