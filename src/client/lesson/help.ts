import type { ProgressView, SolutionView } from '../../shared/api.ts';
import { ask } from '../api.ts';
import { languageOfPage } from '../language.ts';
import { session } from '../session.ts';
import { here } from './here.ts';

/** Asks the server for the next hint, then shows it. Hints are counted there. */
export async function takeHint(step: HTMLElement, level: number): Promise<void> {
  const { progress } = await ask<ProgressView>('POST', `${path(step)}/hints`, { level });
  session.keepProgress(progress);
  step.querySelector<HTMLElement>(`.hint[data-hint="${level}"]`)?.focus();
}

/** Asks the server for the solution's script and shows it under the author's words. */
export async function showSolution(step: HTMLElement): Promise<void> {
  const { script, words, progress } = await ask<SolutionView>(
    'POST',
    `${path(step)}/solution?locale=${languageOfPage()}`,
    {},
  );
  const box = step.querySelector<HTMLElement>('.solution');
  if (box) {
    for (const old of box.querySelectorAll('.kicker ~ *')) old.remove();
    box.insertAdjacentHTML('beforeend', words);
    box.append(Object.assign(document.createElement('pre'), { className: 'script', textContent: script.trimEnd() }));
    box.classList.add('revealed');
    box.focus();
  }
  session.keepProgress(progress);
}

function path(step: HTMLElement): string {
  return `lessons/${here.lesson}/steps/${step.dataset.step}`;
}
