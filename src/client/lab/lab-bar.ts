import { html, nothing } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { LabView } from '../../shared/api.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { SessionElement } from '../session-element.ts';
import { clock } from '../time.ts';
import type { LabAction } from './lab-actions.ts';

/** From here on the time left gets weight, milliseconds. */
const lastMinutes = 600_000;

/** In the head of a lesson: state of the lab in words, time left, and what can be done with it. */
class LabBar extends SessionElement {
  protected override readonly drawEvery = 1000;

  protected override render() {
    const { lab } = session;
    return html`<span class="lab-state" data-state=${lab?.state ?? 'none'}
        ><span class="dot"></span><span>${this.#words(lab)}</span></span
      >
      ${lab && (lab.state === 'ready' || lab.state === 'starting') ? this.#buttons(lab) : nothing}`;
  }

  #words(lab: LabView | undefined) {
    const { retryAt, queued } = session;
    if (retryAt) {
      const s = Math.ceil((retryAt - Date.now()) / 1000);
      return s > 0 ? fill(text.offline, { s }) : text.offlineNow;
    }
    if (queued) return text.queued;
    if (!lab) return text.noLab;
    return lab.state === 'ready' ? this.#timeLeft(lab) : text.states[lab.state];
  }

  #timeLeft(lab: LabView) {
    const left = lab.expiresAt - Date.now();
    const words = fill(text.timeLeft, { time: clock(left) });
    return html`${text.states.ready} · <span class=${left < lastMinutes ? 'last-minutes' : ''}>${words}</span>`;
  }

  #buttons(lab: LabView) {
    const minutes = this.dataset.extend;
    const label = minutes ? fill(text.bar.extendBy, { n: minutes }) : text.bar.extend;
    const atLimit = lab.expiresAt >= lab.maxExpiresAt;
    const end = html`<button class="ghost" type="button" data-action="end" @click=${press}>${text.bar.end}</button>`;
    if (lab.state === 'starting') return end;
    return html`<button class="ghost" type="button" ?disabled=${atLimit} data-action="extend" @click=${press}>
        ${atLimit ? text.bar.atLimit : label}
      </button>
      <button class="ghost" type="button" data-action="reset" @click=${press}>${text.bar.reset}</button>
      ${end}`;
  }
}

async function press(event: Event): Promise<void> {
  const action = (event.currentTarget as HTMLElement).dataset.action as LabAction;
  await (await import('./lab-actions.ts')).act(action);
}

customElements.define('lab-bar', LabBar);
