import type { QuizView } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { text } from '../page-text.ts';
import { here } from './here.ts';

/** The question at the end of a lesson; the server knows the answer. */
class QuizBox extends HTMLElement {
  connectedCallback(): void {
    this.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      const chosen = [...new FormData(event.target as HTMLFormElement).values()].map(String);
      if (chosen.length > 0) void this.#send(chosen);
      else this.#say(text.prediction.choose);
    });
  }

  async #send(chosen: string[]): Promise<void> {
    const quiz = this.dataset.quiz ?? '';
    try {
      const { judged } = await ask<QuizView>('POST', `lessons/${here.lesson}/quiz`, { answers: { [quiz]: chosen } });
      const right = judged[quiz] === true;
      this.#say(right ? text.answer.right : text.answer.wrong, right);
      if (right) for (const explain of this.querySelectorAll('.explain')) explain.classList.add('revealed');
    } catch (error) {
      this.#say(sentenceOf(error));
    }
  }

  #say(sentence: string, right = false): void {
    const outcome = this.querySelector('.outcome');
    if (!outcome) return;
    outcome.textContent = sentence;
    outcome.classList.toggle('right', right);
  }
}

customElements.define('quiz-box', QuizBox);
