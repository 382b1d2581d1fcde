import { html } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { LabView, Phase } from '../../shared/api.ts';
import { text } from '../page-text.ts';
import { seconds } from '../time.ts';

/** What a starting lab does, has done and will do, with the real times. */
export function phaseList(lab: LabView) {
  return html`<ol class="phases">
    ${lab.phases.map(line)}
  </ol>`;
}

function line(phase: Phase) {
  const done = phase.ms !== undefined;
  const ms = phase.ms ?? Math.max(0, Date.now() - phase.startedAt);
  return html`<li class=${done ? 'done' : 'running'}>
    <span class="sign"></span>
    <span>${text.phases[phase.name]}${done ? '' : ' …'}</span>
    <span>${fill(text.seconds, { s: seconds(ms) })}</span>
  </li>`;
}
