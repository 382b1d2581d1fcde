import { fill } from '../../i18n/fill.ts';
import { session } from '../session.ts';
import { homeText } from './home-text.ts';

/** On a lesson's card: one mark per step, how many are passed, and what cannot be done here. */
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
    this.replaceChildren(marks, n === 0 ? '' : words, this.#lacking());
  }

  /** What cannot be done on this server's machine. */
  #lacking(): HTMLElement | '' {
    const { requires, stepsRequire } = this.dataset;
    const words = isLacking(requires) ? homeText.home.notHere : isLacking(stepsRequire) ? homeText.home.notAllHere : '';
    return words && Object.assign(document.createElement('span'), { className: 'lacking', textContent: words });
  }
}

function isLacking(requires = ''): boolean {
  return session.server?.lacks.some((each) => requires.split(' ').includes(each)) ?? false;
}

customElements.define('lesson-progress', LessonProgress);
