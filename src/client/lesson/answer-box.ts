import type { AnswersView } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { here } from './here.ts';

/** A field or a question that is sent to the server, which judges it or gives it to the step's check. */
class AnswerBox extends HTMLElement {
  #restored = false;

  connectedCallback(): void {
    this.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    session.subscribe(() => this.#draw());
  }

  /** What is filled in or chosen, as one text (see shared/question.ts); empty when something is missing. */
  get value(): string {
    const selects = [...this.querySelectorAll('select')];
    if (selects.some((select) => !select.value)) return '';
    if (this.dataset.kind === 'match') return selects.map((select) => `${select.name}=${select.value}`).join(' ');
    if (this.dataset.kind === 'order') {
      return selects
        .sort((a, b) => Number(a.value) - Number(b.value))
        .map(({ name }) => name)
        .join(' ');
    }
    // A Chinese input method types full-width digits and spaces.
    return this.#inputs()
      .map((input) => input.value.normalize('NFKC').trim())
      .join(' ');
  }

  /** The field, or what is checked. */
  #inputs(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>('.answer-field, input:checked')];
  }

  #draw(): void {
    const progress = session.progress(here.lesson, this.dataset.step ?? '');
    if (!progress) return;
    const given = progress.answers[this.dataset.answer ?? ''];
    if (given !== undefined && !this.#restored) this.#restore(given);
  }

  /** Puts back what was given, unless the learner has begun anew. */
  #restore(given: string): void {
    this.#restored = true;
    if (this.value) return;
    const field = this.querySelector<HTMLInputElement>('.answer-field');
    if (field) field.value = given;
    for (const [place, word] of given.split(' ').entries()) {
      const [name = '', target = String(place + 1)] = word.split('=');
      const input = this.querySelector<HTMLInputElement | HTMLSelectElement>(
        `input[value="${CSS.escape(name)}"], select[name="${CSS.escape(name)}"]`,
      );
      if (input instanceof HTMLSelectElement) input.value = target;
      else if (input && !field) input.checked = true;
    }
  }

  async #send(): Promise<void> {
    const { value } = this;
    const { kind, step, answer = '', pattern } = this.dataset;
    if (!value) return this.#say(text.answer.empty);
    if (
      kind === 'order' &&
      new Set([...this.querySelectorAll('select')].map((each) => each.value)).size < value.split(' ').length
    )
      return this.#say(text.answer.places);
    if (pattern && !new RegExp(pattern, 'u').test(value)) return this.#say(text.answer.form);
    try {
      const path = `lessons/${here.lesson}/steps/${step}/answers`;
      const { progress, judged } = await ask<AnswersView>('POST', path, { answers: this.#allAnswers() });
      const right = judged?.[answer];
      this.#say(right === undefined ? text.answer.sent : right ? text.answer.right : text.answer.wrong, right);
      session.keepProgress(progress);
    } catch (error) {
      this.#say(sentenceOf(error));
    }
  }

  /** All filled fields of a step go together: the server judges the step, not a field. */
  #allAnswers(): Record<string, string> {
    const boxes = this.closest('lesson-step')?.querySelectorAll<AnswerBox>('answer-box') ?? [this];
    return Object.fromEntries(
      [...boxes].filter((box) => box.value).map((box) => [box.dataset.answer ?? '', box.value]),
    );
  }

  #say(sentence: string, right = false): void {
    const outcome = this.querySelector('.outcome');
    if (!outcome) return;
    outcome.textContent = sentence;
    outcome.classList.toggle('right', right);
  }
}

customElements.define('answer-box', AnswerBox);
