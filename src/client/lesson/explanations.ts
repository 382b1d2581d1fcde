import type { ExplanationsView } from '../../shared/api.ts';
import { ask } from '../api.ts';
import { languageOfPage } from '../language.ts';
import { session } from '../session.ts';
import { here } from './here.ts';

let known = '';

/** Fetches what the learner may know by now whenever he has passed or answered something. */
export async function showExplanations(): Promise<void> {
  const mine = session.allProgress.filter(({ lesson }) => lesson === here.lesson);
  const now = JSON.stringify(mine.map(({ step, passedAt, answers }) => [step, passedAt, answers]));
  if (now === known || !mine.some(({ passedAt, answers }) => passedAt || Object.keys(answers).length > 0)) return;
  known = now;
  const path = `lessons/${here.lesson}/explanations?locale=${languageOfPage()}`;
  const { explanations, truths } = await ask<ExplanationsView>('GET', path);
  for (const [key, html] of Object.entries(explanations)) {
    const place = document.querySelector(`[data-explain="${key}"]`);
    if (!place || place.firstChild) continue;
    place.innerHTML = html;
    place.classList.add('revealed');
  }
  for (const [step, truth] of Object.entries(truths)) {
    const box = document.querySelector<HTMLElement>(`predict-box[data-step="${step}"][data-prediction]`);
    if (!box) continue;
    box.dataset.truth = truth;
    box.querySelector(`input[value="${truth}"]`)?.closest('label')?.classList.add('truth');
  }
  session.changed();
}
