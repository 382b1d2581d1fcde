import { fill } from '../../i18n/fill.ts';
import type { ProgressView } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { here } from './here.ts';
import { choiceText } from './prediction-sentence.ts';

/** A prediction: chosen, locked in, and shown beside the truth once the step has passed. Never graded. */
class PredictBox extends HTMLElement {
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
    if (progress?.prediction) this.#lock(progress.prediction);
  }

  async #send(choice: string): Promise<void> {
    try {
      const path = `lessons/${here.lesson}/steps/${this.dataset.step}/prediction`;
      session.keepProgress((await ask<ProgressView>('POST', path, { choice })).progress);
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

  #say(sentence: string): void {
    const outcome = this.querySelector('.outcome');
    if (outcome) outcome.textContent = sentence;
  }
}

customElements.define('predict-box', PredictBox);
