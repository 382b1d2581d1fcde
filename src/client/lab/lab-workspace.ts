import { html, nothing, type TemplateResult } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { LabView } from '../../shared/api.ts';
import { sentenceOf } from '../api.ts';
import { gap } from '../language.ts';
import { here, labHere } from '../lesson/here.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { SessionElement } from '../session-element.ts';
import { timeOfDay } from '../time.ts';
import { phaseList } from './phases.ts';

/** How often times of running phases are drawn, milliseconds: tenths of a second are shown. */
const phaseTick = 100;

/** Right of the text: the way to a lab, the lab, or why it has ended. */
class LabWorkspace extends SessionElement {
  /** Why the last claim failed. */
  #failure: string | undefined;
  #claiming = false;
  #workbench: 'absent' | 'loading' | 'here' = 'absent';
  /** Terminals stay in the page through a reset and attach again by themselves. */
  #shownLab: string | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;

  protected override render() {
    const lab = labHere();
    this.#animate(lab?.state === 'starting');
    if (lab?.state === 'ready') this.#loadWorkbench(lab);
    if (lab && lab.state !== 'ended' && this.#workbench === 'here' && this.#shownLab === lab.id) return this.#work();
    if (session.failure) return this.#failed(session.failure, () => session.connect(true));
    if (session.queued) return this.#queue(session.queued);
    if (lab?.state === 'ended') return this.#ended(lab);
    return lab ? this.#starting(lab) : this.#start();
  }

  #work() {
    return html`<div class="work"><lab-map></lab-map><lab-terminals></lab-terminals></div>`;
  }

  #start() {
    const { ttl, max } = this.dataset;
    const name = session.learner?.name;
    return html`<div class="calm" data-panel="start">
      ${nest} ${heading(text.start.title)}
      <p>${text.start.body}${gap()}${ttl && max ? fill(text.start.life, { ttl, max }) : nothing}</p>
      <form @submit=${this.#submit}>
        ${
          name
            ? nothing
            : html`<div class="field">
                <label for="learner-name">${text.start.name}</label>
                <input id="learner-name" name="name" type="text" maxlength="40" autocomplete="nickname" aria-describedby="name-help" />
                <small class="note" id="name-help">${text.start.nameHelp}</small>
              </div>`
        }
        ${this.#claimButton(text.start.button)}
      </form>
    </div>`;
  }

  #starting(lab: LabView) {
    return html`<div class="calm" data-panel="starting" role="status">
      ${nest} ${heading(lab.generation > 1 ? text.starting.again : text.states[lab.state])} ${phaseList(lab)}
    </div>`;
  }

  #queue(position: number) {
    return html`<div class="calm" data-panel="queue" role="status">
      ${nest} ${heading(text.queue.title)}
      <p>${fill(text.queue.position, { n: position })}</p>
      <p class="note">${text.queue.body}</p>
    </div>`;
  }

  #ended(lab: LabView) {
    const time = lab.endedAt && timeOfDay(lab.endedAt, document.documentElement.lang);
    return html`<div class="calm" data-panel="ended">
      ${nest} ${heading(text.ended.title)}
      <p>${lab.endedBecause ? text.ended.because[lab.endedBecause] : nothing}${gap()}${time ? fill(text.ended.at, { time }) : nothing}</p>
      ${lab.failure ? html`<p class="note">${fill(text.ended.reason, { failure: lab.failure })}</p>` : nothing}
      <p class="note">${text.ended.keep}</p>
      <form @submit=${this.#submit}>${this.#claimButton(text.ended.fresh)}</form>
    </div>`;
  }

  #failed(sentence: string, again: () => void) {
    return html`<div class="calm" data-panel="failed" role="alert">
      ${heading(text.failed.title)}
      <p class="failure">${sentence}</p>
      <button class="button" type="button" @click=${again}>${text.retry}</button>
    </div>`;
  }

  #claimButton(label: string) {
    return html`${this.#failure ? html`<p class="failure" role="alert">${this.#failure}</p>` : nothing}
      <button class="button" type="submit" data-action="claim" ?disabled=${this.#claiming}>
        ${this.#failure ? text.retry : label}
      </button>`;
  }

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.#claiming) return;
    const name = String(new FormData(event.target as HTMLFormElement).get('name') ?? '').trim();
    this.#claiming = true;
    this.#failure = undefined;
    this.requestUpdate();
    try {
      await (await import('./claim.ts')).claim({ spec: here.spec, lesson: here.lesson }, name);
    } catch (error) {
      this.#failure = sentenceOf(error);
    }
    this.#claiming = false;
    this.requestUpdate();
  };

  #loadWorkbench(lab: LabView): void {
    this.#shownLab = lab.id;
    if (this.#workbench !== 'absent') return;
    this.#workbench = 'loading';
    import('./workbench.ts').then(
      () => {
        this.#workbench = 'here';
        this.requestUpdate();
      },
      () => {
        this.#workbench = 'absent';
        this.#failure = text.failed.connect;
      },
    );
  }

  #animate(on: boolean): void {
    if (on) this.#tick ??= setInterval(() => this.requestUpdate(), phaseTick);
    else {
      clearInterval(this.#tick);
      this.#tick = undefined;
    }
  }
}

function heading(words: string): TemplateResult {
  return html`<h2>${words}</h2>`;
}

const nest = html`<svg class="nest" viewBox="0 0 24 24" fill="none" stroke-width="1.1" aria-hidden="true">
  <rect class="ring-1" x="1.5" y="1.5" width="21" height="21" rx="6" />
  <rect class="ring-2" x="6" y="8" width="12" height="12" rx="4" />
  <rect class="ring-3" x="9.6" y="13" width="4.8" height="4.8" rx="1.8" />
</svg>`;

customElements.define('lab-workspace', LabWorkspace);
