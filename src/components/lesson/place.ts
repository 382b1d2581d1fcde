import { getEntry } from 'astro:content';
import type { Locale } from '../../i18n/locale.ts';
import type { LessonFile, Step } from '../../shared/lesson.ts';
import type { AnswerField } from '../../shared/question.ts';

/** Where a component of a lesson's prose stands; added by remark-lesson. */
export interface InLesson {
  lesson: string;
  locale: Locale;
}
export interface InStep extends InLesson {
  step: string;
}

/**
 * The facts of a lesson. They hold keys and truths: a component renders single fields of it and never passes a step on
 * to the page.
 */
export async function lessonOf(lesson: string): Promise<LessonFile> {
  const entry = await getEntry('lessons', lesson);
  if (!entry) throw new Error(`no lesson.yaml for lesson ${lesson}`);
  return entry.data;
}

export async function stepOf(at: InStep): Promise<Step> {
  const step = (await lessonOf(at.lesson)).steps[at.step];
  if (!step) throw new Error(`${at.lesson}/${at.locale}.mdx: step ${at.step} is not in lesson.yaml`);
  return step;
}

/** The question of an `<Answer>` or a `<Quiz>`, which remark-lesson names `answer-<id>` and `quiz-<id>`; none for a prediction. */
export async function questionOf(at: InLesson & { step?: string; owner: string }): Promise<AnswerField | undefined> {
  const [, kind, id = ''] = /^(answer|quiz)-(.*)$/.exec(at.owner) ?? [];
  if (kind === 'quiz') return (await lessonOf(at.lesson)).quiz[id];
  return kind === 'answer' ? (await stepOf({ ...at, step: at.step ?? '' })).answers[id] : undefined;
}

/** Whether several choices may be taken. One may be told that much, or nobody would try. */
export function isManifold(field: AnswerField | undefined): boolean {
  return field !== undefined && 'keys' in field && field.kind === 'choice' && field.keys.length > 1;
}
