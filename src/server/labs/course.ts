import type { ExplanationsView, Place, SolutionView, StepProgress } from '../../shared/api.ts';
import type { Locale } from '../../shared/ids.ts';
import { quizStep, type Step } from '../../shared/lesson.ts';
import { type AnswerField, hasForm, isRight } from '../../shared/question.ts';
import type { Store } from '../store/store.ts';
import { explanationsOf } from './explanations.ts';
import type { Feed } from './feed.ts';
import type { Lesson, LessonCatalog } from './lesson-catalog.ts';

/** The solution is shown after the third hint, or when the learner has been at the step for this long. */
const solutionAfterMs = 2 * 60_000;

/** Lesson, step, answer, choice or quiz that does not exist; `what` names it. */
export class UnknownPlaceError extends Error {}
/** An answer without the form that its field asks for. */
export class AnswerFormError extends Error {
  readonly field: string;

  constructor(field: string, pattern: string) {
    super(`"${field}" must look like ${pattern}`);
    this.field = field;
  }
}
export class PredictionLockedError extends Error {}
export class SolutionLockedError extends Error {}

interface Options {
  store: Store;
  lessons: LessonCatalog;
  feed: Feed;
}

/** What a learner does in a lesson besides working in his lab; all of it works without one. */
export class Course {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws {UnknownPlaceError} */
  lesson(id: string): Lesson {
    const lesson = this.#options.lessons.lesson(id);
    if (!lesson) throw new UnknownPlaceError(`there is no lesson "${id}"`);
    return lesson;
  }

  /** @throws {UnknownPlaceError} */
  step(place: Place): { lesson: Lesson; step: Step } {
    const lesson = this.lesson(place.lesson);
    const step = Object.hasOwn(lesson.file.steps, place.step) ? lesson.file.steps[place.step] : undefined;
    if (!step) throw new UnknownPlaceError(`lesson "${place.lesson}" has no step "${place.step}"`);
    return { lesson, step };
  }

  /**
   * Keeps answers. In an `answer` step and in the quiz they are judged by lesson.yaml's keys, and the step passes when
   * all are right.
   *
   * @throws {UnknownPlaceError | AnswerFormError}
   */
  async answer(
    learnerId: string,
    place: Place,
    answers: Record<string, string>,
  ): Promise<{ progress: StepProgress; judged?: Record<string, boolean> }> {
    const { fields: wanted, isJudged } = this.#questions(place);
    const fields = Object.entries(answers).map(([id, text]) => {
      const field = Object.hasOwn(wanted, id) ? wanted[id] : undefined;
      if (!field) throw new UnknownPlaceError(`step "${place.step}" has no answer "${id}"`);
      checkForm(id, field, text);
      return { id, field, text: text.trim() };
    });
    const given = Object.fromEntries(fields.map(({ id, text }) => [id, text]));
    if (!isJudged) return { progress: await this.#record(learnerId, place, { answers: given }) };
    const judged = Object.fromEntries(fields.map(({ id, field, text }) => [id, isRight(field, text)]));
    const before = await this.#options.store.stepProgress(learnerId, place);
    const all = { ...before?.answers, ...given };
    const passed = Object.entries(wanted).every(([id, field]) => isRight(field, all[id] ?? ''));
    const change = { answers: given, triesMore: 1, ...(passed ? { passedAt: Date.now() } : {}) };
    return { progress: await this.#record(learnerId, place, change), judged };
  }

  /** Locks in a prediction. @throws {PredictionLockedError} */
  async predict(learnerId: string, place: Place, choice: string): Promise<StepProgress> {
    const { predict } = this.step(place).step;
    if (!predict?.choices.includes(choice)) throw new UnknownPlaceError(`"${choice}" cannot be predicted here`);
    const before = await this.#options.store.stepProgress(learnerId, place);
    if (before?.prediction && before.prediction !== choice) throw new PredictionLockedError(before.prediction);
    return await this.#record(learnerId, place, { prediction: choice });
  }

  async takeHint(learnerId: string, place: Place, level: number): Promise<StepProgress> {
    const { hints } = this.step(place).step;
    if (level > hints) throw new UnknownPlaceError(`step "${place.step}" has ${hints} hints`);
    return await this.#record(learnerId, place, { hints: level });
  }

  /**
   * What gives answers away, as far as the learner may know it: all of a step that he has passed, and what explains an
   * answer that is right.
   */
  async explanations(learnerId: string, lessonId: string, locale: Locale): Promise<ExplanationsView> {
    const lesson = this.lesson(lessonId);
    const all = await explanationsOf(lesson, locale);
    const known: ExplanationsView = { explanations: {}, truths: {} };
    const progress = (await this.#options.store.progress(learnerId)).filter((each) => each.lesson === lessonId);
    for (const { step, passedAt, answers } of progress) {
      const [fields, kind] =
        step === quizStep ? [lesson.file.quiz, 'quiz'] : [lesson.file.steps[step]?.answers, 'answer'];
      const right = Object.entries(fields ?? {}).filter(([id, field]) => passedAt || isAnswered(field, answers[id]));
      const keys = [...right.map(([id]) => `${step}/${kind}-${id}`), ...(passedAt ? [`${step}/predict`] : [])];
      for (const key of keys) if (all.has(key)) known.explanations[key] = all.get(key) ?? '';
      const truth = lesson.file.steps[step]?.predict?.truth;
      if (passedAt && truth) known.truths[step] = truth;
    }
    return known;
  }

  /** The author's words, and solve.sh without its first comment lines. @throws {SolutionLockedError} before the third hint. */
  async solution(learnerId: string, place: Place, locale: Locale): Promise<SolutionView> {
    const { lesson, step } = this.step(place);
    if (step.kind !== 'do') throw new UnknownPlaceError(`step "${place.step}" has no solution`);
    const before = await this.#options.store.stepProgress(learnerId, place);
    const waited = Date.now() - (before?.enteredAt ?? Date.now()) >= solutionAfterMs;
    if ((before?.hints ?? 0) < step.hints && !waited && !before?.passedAt) throw new SolutionLockedError(place.step);
    const script = await this.#options.lessons.script(lesson, place.step, 'solve');
    const words = (await explanationsOf(lesson, locale)).get(`${place.step}/solution`) ?? '';
    const progress = await this.#record(learnerId, place, { solutionSeen: true });
    return { script: withoutHead(script), words, progress };
  }

  /** A `read` step was read; it is remembered, and never counted as proven. */
  async read(learnerId: string, place: Place): Promise<StepProgress> {
    if (this.step(place).step.kind !== 'read')
      throw new UnknownPlaceError(`step "${place.step}" is not for reading only`);
    return await this.#record(learnerId, place, { passedAt: Date.now() });
  }

  /** An `event` step passes by what the server saw. */
  async passByEvent(learnerId: string, place: Place | undefined, event: 'reset' | 'extend'): Promise<void> {
    // The place is what a page said it shows; it may name what is not there.
    const steps = place && this.#options.lessons.lesson(place.lesson)?.file.steps;
    if (!steps || !Object.hasOwn(steps, place.step) || steps[place.step]?.event !== event) return;
    await this.#record(learnerId, place, { passedAt: Date.now() });
  }

  /** The questions of a step, or those at the end of the lesson. */
  #questions(place: Place): { fields: Record<string, AnswerField>; isJudged: boolean } {
    if (place.step !== quizStep) {
      const { step } = this.step(place);
      return { fields: step.answers, isJudged: step.kind === 'answer' };
    }
    return { fields: this.lesson(place.lesson).file.quiz, isJudged: true };
  }

  async #record(
    learnerId: string,
    place: Place,
    change: Parameters<Store['recordProgress']>[3],
  ): Promise<StepProgress> {
    const progress = await this.#options.store.recordProgress(learnerId, place, Date.now(), change);
    this.#options.feed.emit('progress', learnerId, progress);
    return progress;
  }
}

/** Judged by its key, and right. */
function isAnswered(field: AnswerField, given: string | undefined): boolean {
  const isJudged = 'keys' in field || field.key !== undefined;
  return isJudged && given !== undefined && isRight(field, given);
}

function checkForm(id: string, field: AnswerField, text: string): void {
  if (hasForm(field, text)) return;
  throw new AnswerFormError(id, 'pattern' in field ? field.pattern : field.choices.join(', '));
}

function withoutHead(script: string): string {
  const lines = script.split('\n');
  const first = lines.findIndex((line) => line !== '' && !line.startsWith('#') && !line.startsWith('set -'));
  return lines.slice(Math.max(first, 0)).join('\n').trim();
}
