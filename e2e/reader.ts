import type { Locator } from '@playwright/test';
import { fill } from '../src/i18n/fill.ts';
import type { Locale } from '../src/i18n/locale.ts';
import { pageText } from '../src/i18n/site.ts';
import { blockContent, type LessonFile } from '../src/shared/lesson.ts';
import type { AnswerField } from '../src/shared/question.ts';
import { expect, type Learner } from './journey.ts';

/** Words in a language: what the page itself says in Chinese has Chinese characters, in English it has none. */
const wordsIn: Record<Locale, RegExp> = {
  en: /^[^\p{Script=Han}]*[a-z]{2}[^\p{Script=Han}]*$/u,
  zh: /\p{Script=Han}/u,
};

/** A learner who works through a lesson in one language: he predicts, runs into each "not yet", then passes. */
export class Reader {
  readonly #learner: Learner;
  readonly #lesson: LessonFile;
  readonly #text;
  readonly #words: RegExp;

  constructor(learner: Learner, locale: Locale, lesson: LessonFile) {
    this.#learner = learner;
    this.#lesson = lesson;
    this.#text = pageText(locale);
    this.#words = wordsIn[locale];
  }

  async does(id: string): Promise<void> {
    const step = this.#learner.step(id);
    const { kind, answers = {}, predict } = this.#lesson.steps[id] ?? {};
    // All steps are open until the page's script closes them.
    const toggle = step.locator('.step-toggle[aria-expanded]');
    if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click();
    if (predict) await this.#predicts(step, predict.truth);
    if (kind === 'do') await this.#proves(id);
    else await this.#answers(step, answers);
    await this.#learner.passes(id);
    if (predict) await expect(step.locator('.said')).toContainText(ending(this.#text.prediction.right));
  }

  async answersQuiz(): Promise<void> {
    const end = this.#learner.page.locator('main');
    await this.#answers(end, this.#lesson.quiz);
    for (const id of Object.keys(this.#lesson.quiz)) {
      await expect(end.locator(`#quiz-${id} .explain`)).toHaveText(this.#words);
    }
  }

  async #predicts(step: Locator, choice: string): Promise<void> {
    const box = step.locator('predict-box');
    await box.locator(`input[value="${choice}"]`).check();
    await box.getByRole('button').click();
    await expect(box.locator('.outcome')).toHaveText(this.#words);
  }

  async #proves(id: string): Promise<void> {
    const step = this.#learner.step(id);
    await this.#learner.page.locator('[data-action="claim"]').click();
    await this.#learner.prompt();
    await expect(step.locator('.check[data-status="not-yet"] .why')).toHaveText(this.#words);
    for (const [name, block] of Object.entries(this.#lesson.steps[id]?.blocks ?? {})) {
      const { kind, text } = blockContent(block, []);
      if (kind === 'copy') await this.#visits(text);
      else if (kind !== 'shows') await this.#runs(step, id, name);
    }
  }

  /** Some blocks stand in a hint, and hints are given one after another. */
  async #runs(step: Locator, id: string, block: string): Promise<void> {
    const button = step.locator(`run-block[data-block="${block}"] button.run`);
    for (let n = 1; n <= 3 && !(await button.isVisible()); n++) {
      await step.getByRole('button', { name: fill(this.#text.step.hint, { n, of: 3 }) }).click();
      await expect(step.locator(`.hint[data-hint="${n}"]`)).toBeVisible();
    }
    await this.#learner.runBlocks(id, block);
  }

  /** What is only there to be copied opens a shell of its own. */
  async #visits(command: string): Promise<void> {
    for (const typed of [command, 'exit']) {
      await this.#learner.types(typed);
      await this.#learner.prompt();
    }
  }

  /** Each question first wrong, then right. */
  async #answers(place: Locator, fields: Readonly<Record<string, AnswerField>>): Promise<void> {
    for (const [id, field] of Object.entries(fields)) {
      const box = place.locator(`answer-box[data-answer="${id}"]`);
      const { right, wrong } = answersTo(field);
      for (const [given, outcome] of [
        [wrong, this.#text.answer.wrong],
        [right, this.#text.answer.right],
      ] as const) {
        await fillIn(box, given);
        await box.getByRole('button').click();
        await expect(box.locator('.outcome')).toHaveText(outcome);
      }
    }
  }
}

const ending = (message: string) => message.split('}').at(-1) ?? '';

/** Both as the words that shared/question.ts describes. */
function answersTo(field: AnswerField): { right: string[]; wrong: string[] } {
  if (!('choices' in field)) throw new Error('a text is judged by a check');
  const { choices } = field;
  if (!('keys' in field))
    return { right: [field.key ?? ''], wrong: choices.filter((id) => id !== field.key).slice(0, 1) };
  if (field.kind === 'order') return { right: field.keys, wrong: choices };
  if (field.kind === 'choice')
    return { right: field.keys, wrong: choices.filter((id) => !field.keys.includes(id)).slice(0, 1) };
  return {
    right: Object.entries(field.keys).map((pair) => pair.join('=')),
    wrong: choices.map((id) => `${id}=${field.targets[0]}`),
  };
}

/** Chooses, or gives each choice its place or its target. */
async function fillIn(box: Locator, words: readonly string[]): Promise<void> {
  for (const chosen of await box.locator('input[type=checkbox]:checked').all()) await chosen.uncheck();
  for (const [place, word] of words.entries()) {
    const [name = '', target = String(place + 1)] = word.split('=');
    const select = box.locator(`select[name="${name}"]`);
    if (await select.count()) await select.selectOption(target);
    else await box.locator(`input[value="${name}"]`).check();
  }
}
