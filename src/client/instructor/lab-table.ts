import { repeat } from 'lit/directives/repeat.js';
import { html, nothing } from 'lit/html.js';
import { count, fill } from '../../i18n/fill.ts';
import type { InstructorLabView } from '../../shared/api.ts';
import { learnerName } from '../learner-name.ts';
import { mapThumbnail } from '../map/thumbnail.ts';
import { text as pageText } from '../page-text.ts';
import { clock } from '../time.ts';
import { boardText as text } from './instructor-text.ts';

export type Action = 'look' | 'reset' | 'extend' | 'end';
type Act = (action: Action, lab: InstructorLabView) => void;
/** Titles of lessons and their steps, by id, in the page's language. */
export type Titles = Record<string, { title: string; steps: Record<string, string> }>;

/** Less than this left is shown with weight, milliseconds. */
const lastMinutes = 600_000;

export function labTable(labs: readonly InstructorLabView[], titles: Titles, act: Act) {
  const columns = [text.learner, text.lesson, text.state, text.left, text.generation, text.map, text.isolation];
  return html`<div class="board-scroll">
    <table class="board">
      <caption class="visually-hidden">${text.caption}</caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
          <th scope="col"><span class="visually-hidden">${text.actions}</span></th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          labs,
          (lab) => lab.id,
          (lab) => row(lab, titles, act),
        )}
      </tbody>
    </table>
  </div>`;
}

function row(lab: InstructorLabView, titles: Titles, act: Act) {
  const left = lab.expiresAt - Date.now();
  const isLive = lab.state === 'ready' || lab.state === 'starting';
  const resets = lab.generation - 1;
  return html`<tr class=${lab.state} data-lab=${lab.id}>
    <th scope="row" class="who">${learnerName(lab.learner, pageText.numberedLearner)}</th>
    <td data-label=${text.lesson}>${place(lab, titles)}</td>
    <td data-label=${text.state}>
      <span class="lab-state" data-state=${lab.state}><span class="dot"></span>${stateWords(lab)}</span>
    </td>
    <td data-label=${text.left} class="number ${isLive && left < lastMinutes ? 'last-minutes' : ''}">
      ${isLive ? clock(left) : '–'}
    </td>
    <td data-label=${text.generation} class="number">
      ${lab.generation} <span class="step-of">${resets > 0 ? count(text.resets, resets) : text.never}</span>
    </td>
    <td data-label=${text.map}>${lab.shape === undefined ? nothing : mapThumbnail(lab.shape)}</td>
    <td data-label=${text.isolation} class=${lab.isolation === 'privileged' ? 'loud' : ''}>${text.isolations[lab.isolation]}</td>
    <td>${isLive ? buttons(lab, act) : nothing}</td>
  </tr>`;
}

function place(lab: InstructorLabView, titles: Titles) {
  if (!lab.place) return html`<span class="note">${text.nowhere}</span>`;
  const lesson = titles[lab.place.lesson];
  return html`${lesson?.title ?? lab.place.lesson}
    <span class="step-of">${lesson?.steps[lab.place.step] ?? lab.place.step}</span>`;
}

function stateWords(lab: InstructorLabView): string {
  return lab.state === 'ended' && lab.endedBecause ? pageText.states.ended : pageText.states[lab.state];
}

function buttons(lab: InstructorLabView, act: Act) {
  const name = learnerName(lab.learner, pageText.numberedLearner);
  const button = (action: Action, label: string, spoken: string, disabled = false) =>
    html`<button class="ghost" type="button" data-action=${action} aria-label=${fill(spoken, { name })} ?disabled=${disabled} @click=${() => act(action, lab)}>${label}</button>`;
  return html`<div class="actions">
    ${button('look', text.look, text.lookOf, lab.state !== 'ready')}
    ${button('reset', text.reset, text.resetOf)}
    ${button('extend', text.extend, text.extendOf, lab.expiresAt >= lab.maxExpiresAt)}
    ${button('end', text.end, text.endOf)}
  </div>`;
}
