import { fill } from '../../i18n/fill.ts';
import type { PredictionView } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { here } from './here.ts';
import { choiceText } from './prediction-sentence.ts';

/** A prediction: chosen, locked in, and shown beside the truth once the step has passed. Never graded. */
class PredictBox extends HTMLElement {
  #asked = false;

  connectedCallback(): void {
    this.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      const choice = new FormData(event.target as HTMLFormElement).values().next().value;
      if (typeof choice === 'string') void this.#send(choice);
      else this.#say(text.prediction.choose);
    });
    session.subscribe(() => this.#draw());
  }

  #draw(): void {
    const progress = session.progress(here.lesson, this.dataset.step ?? '');
    const choice = progress?.prediction;
    if (!choice) return;
    this.#lock(choice);
    if (!progress.passedAt || this.#asked) return;
    // The truth stays on the server until now; the locked choice is sent again to get it.
    this.#asked = true;
    void this.#send(choice);
  }

  async #send(choice: string): Promise<void> {
    try {
      const path = `lessons/${here.lesson}/steps/${this.dataset.step}/prediction`;
      const { progress, truth } = await ask<PredictionView>('POST', path, { choice });
      // Where no check tells the truth, the server gives it at once; it waits here until the step has passed.
      if (truth && progress.passedAt) this.#showTruth(truth);
      session.keepProgress(progress);
    } catch (error) {
      this.#say(sentenceOf(error));
    }
  }

  #lock(choice: string): void {
    if (this.dataset.prediction === choice) return;
    this.dataset.prediction = choice;
    for (const input of this.querySelectorAll('input')) {
      input.checked = input.value === choice;
      input.disabled = true;
    }
    this.querySelector('button')?.remove();
    this.#say(fill(text.prediction.locked, { choice: choiceText(this, choice) }));
  }

  #showTruth(truth: string): void {
    this.dataset.truth = truth;
    this.querySelector(`input[value="${CSS.escape(truth)}"]`)
      ?.closest('label')
      ?.classList.add('truth');
    for (const explain of this.querySelectorAll('.explain')) explain.classList.add('revealed');
  }

  #say(sentence: string): void {
    const outcome = this.querySelector('.outcome');
    if (outcome) outcome.textContent = sentence;
  }
}

customElements.define('predict-box', PredictBox);
