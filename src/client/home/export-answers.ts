import { fill } from '../../i18n/fill.ts';
import type { StepProgress } from '../../shared/api.ts';
import { session } from '../session.ts';
import { homeText } from './home-text.ts';

/** The learner's predictions and answers as a Markdown file, in the words of the lessons, with the way back to each. */
export async function exportAnswers(): Promise<void> {
  const lines = [`# ${homeText.home.answers}`];
  for (const lesson of document.querySelectorAll<HTMLAnchorElement>('.lesson-list a')) {
    const progress = session.allProgress.filter((each) => lesson.pathname.endsWith(`/lessons/${each.lesson}/`));
    if (progress.every(({ prediction, answers }) => !prediction && Object.keys(answers).length === 0)) continue;
    const page = new DOMParser().parseFromString(await (await fetch(lesson.href)).text(), 'text/html');
    lines.push('', `## ${lesson.textContent.trim()}`, ...answersOn(page, lesson.href, progress));
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'text/markdown' }));
  link.download = 'matryoshka.md';
  link.click();
  URL.revokeObjectURL(link.href);
}

/** What was predicted and answered on a lesson's page, in its order. */
function answersOn(page: Document, address: string, progress: readonly StepProgress[]): string[] {
  const lines: string[] = [];
  let before: Element | undefined;
  for (const box of page.querySelectorAll<HTMLElement>('predict-box, answer-box')) {
    const { step, answer } = box.dataset;
    const known = progress.find((each) => each.step === step);
    const given = answer ? known?.answers[answer] : known?.prediction;
    if (!given) continue;
    // The questions at the end have places of their own.
    const place = box.closest('lesson-step') ?? box;
    const title = place.querySelector('.step-name, .quiz h2')?.textContent ?? '';
    if (place !== before) lines.push('', `### [${title}](${address}#${place.id})${known?.passedAt ? ' ✓' : ''}`);
    before = place;
    const words = wordsOf(box, given);
    lines.push('', plain(box.querySelector('.question')), '');
    lines.push(...words.map((each) => `- ${answer ? each : fill(homeText.home.predicted, { choice: each })}`));
  }
  return lines;
}

/** What stands for an answer (see shared/question.ts) on the page: a text for itself, ids for the words beside them. */
function wordsOf(box: HTMLElement, given: string): string[] {
  if (box.querySelector('.answer-field')) return [`\`${given.replaceAll('`', "'")}\``];
  return given.split(' ').map((word) => {
    const [id = '', target = ''] = word.split('=').map((each) => CSS.escape(each));
    const label = box.querySelector(`input[value="${id}"], select[name="${id}"]`)?.closest('label');
    const words = plain(label?.querySelector('span')) || word;
    return target ? `${words} → ${plain(label?.querySelector(`option[value="${target}"]`))}` : words;
  });
}

/** Text of an element on one line, in which Markdown finds nothing of its own. */
function plain(element: Element | null | undefined): string {
  return (element?.textContent ?? '')
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_<[\]]/g, '\\$&');
}
