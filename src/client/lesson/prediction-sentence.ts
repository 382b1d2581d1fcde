import { fill } from '../../i18n/fill.ts';
import { text } from '../page-text.ts';

/** What was predicted and what is true, once both are known; stands beside the result. */
export function predictionSentence(step: HTMLElement): string {
  const box = step.querySelector<HTMLElement>('predict-box');
  const { prediction, truth } = box?.dataset ?? {};
  if (!box || !prediction || !truth) return '';
  const words = { choice: choiceText(box, prediction), truth: choiceText(box, truth) };
  return fill(prediction === truth ? text.prediction.right : text.prediction.wrong, words);
}

/** The words of a choice, quoted and without a closing full stop, to stand inside a sentence. */
export function choiceText(box: HTMLElement, choice: string): string {
  const input = box.querySelector<HTMLInputElement>(`input[value="${CSS.escape(choice)}"]`);
  const words =
    input
      ?.closest('label')
      ?.textContent?.trim()
      .replace(/[.。]$/, '') ?? choice;
  return `“${words}”`;
}
