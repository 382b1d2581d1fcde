import type { AnswersView } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { here } from './here.ts';

/** A field or a choice that is sent to the server, which judges it or gives it to the step's check. */
class AnswerBox extends HTMLElement {
  #restored = false;

  connectedCallback(): void {
    this.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    session.subscribe(() => this.#draw());
  }

  /** What is filled in or chosen; empty when nothing is. */
  get value(): string {
    const field = this.querySelector<HTMLInputElement>('.answer-field, input:checked');
    return field?.value.trim() ?? '';
  }

  #draw(): void {
    const progress = session.progress(here.lesson, this.dataset.step ?? '');
    if (!progress) return;
    const given = progress.answers[this.dataset.answer ?? ''];
    if (given !== undefined && !this.#restored) this.#restore(given);
    if (progress.passedAt) this.#reveal();
  }

  #restore(given: string): void {
    this.#restored = true;
    const field = this.querySelector<HTMLInputElement>('.answer-field');
    if (field) field.value ||= given;
    else if (!this.value) {
      const chosen = this.querySelector<HTMLInputElement>(`input[value="${CSS.escape(given)}"]`);
      if (chosen) chosen.checked = true;
    }
  }

  async #send(): Promise<void> {
    const { value } = this;
    if (!value) return this.#say(text.answer.empty);
    if (this.dataset.pattern && !new RegExp(this.dataset.pattern, 'u').test(value)) return this.#say(text.answer.form);
    try {
      const path = `lessons/${here.lesson}/steps/${this.dataset.step}/answers`;
      const { progress, judged } = await ask<AnswersView>('POST', path, { answers: this.#allAnswers() });
      const right = judged?.[this.dataset.answer ?? ''];
      this.#say(right === undefined ? text.answer.sent : right ? text.answer.right : text.answer.wrong, right);
      if (right) this.#reveal();
      session.keepProgress(progress);
    } catch (error) {
      this.#say(sentenceOf(error));
    }
  }

  /** All filled fields of the step go together: the server judges the step, not a field. */
  #allAnswers(): Record<string, string> {
    const boxes = this.closest('lesson-step')?.querySelectorAll<AnswerBox>('answer-box') ?? [];
    return Object.fromEntries(
      [...boxes].filter((box) => box.value).map((box) => [box.dataset.answer ?? '', box.value]),
    );
  }

  #reveal(): void {
    for (const explain of this.querySelectorAll('.explain')) explain.classList.add('revealed');
  }

  #say(sentence: string, right = false): void {
    const outcome = this.querySelector('.outcome');
    if (!outcome) return;
    outcome.textContent = sentence;
    outcome.classList.toggle('right', right);
  }
}

customElements.define('answer-box', AnswerBox);
