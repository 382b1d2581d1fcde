import { html, nothing, type TemplateResult } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { CheckView, ProgressView, StepProgress } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { gap } from '../language.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { SessionElement } from '../session-element.ts';
import { age, timeOfDay } from '../time.ts';
import { here, labHere, readyLab } from './here.ts';
import { predictionSentence } from './prediction-sentence.ts';
import { reasonOf } from './reasons.ts';
import { isCurrentStep, select, stepAfter } from './steps.ts';

/** After this time on a step its solution may be seen without hints, milliseconds; the server counts for itself. */
const solutionAfter = 120_000;
/** A check younger than this was "just now", milliseconds. */
const justNow = 2000;

/** Under a step: how it stands and why, what is missing, hints, solution. */
class StepCheck extends SessionElement {
  protected override readonly drawEvery = 1000;
  #problem = '';
  #since: number | undefined;
  /** The reason's sentence is made once per check: drawing again must not read it out again. */
  #said: { at: number; reason: HTMLElement | undefined } | undefined;

  get #step(): HTMLElement {
    return this.closest<HTMLElement>('lesson-step') as HTMLElement;
  }

  protected override render() {
    const step = this.#step;
    const progress = session.progress(here.lesson, step.id);
    showTakenHints(step, progress);
    if (isCurrentStep(step.id)) this.#since ??= Date.now();
    if (progress?.passedAt) return this.#passed(progress.passedAt);
    const check = readyLab() ? session.check(here.lesson, step.id) : undefined;
    const status = check?.status ?? 'waiting';
    return html`<div class="check" data-status=${status}>
      <span class="sign" aria-hidden="true"></span>
      <div class="said" role="status">${check ? this.#words(check) : this.#waiting(step)}</div>
      ${check?.status === 'broken' && check.output ? this.#output(check.output) : nothing}
      <div class="check-foot">${this.#foot(step, check, progress)}</div>
    </div>`;
  }

  #waiting(step: HTMLElement): string {
    const { kind, event } = step.dataset;
    if (kind === 'read') return text.step.read;
    if (kind === 'answer') return text.step.answerFirst;
    const lab = labHere();
    if (!lab || lab.state === 'ended') return text.step.startFirst;
    if (event === 'reset' || event === 'extend') return text.step.event[event];
    return lab.state === 'ready' ? text.step.watching : text.states[lab.state];
  }

  #words(check: CheckView): TemplateResult | string {
    if (check.status === 'preparing') return text.step.preparing;
    if (check.status === 'broken') return text.step.broken;
    if (check.status === 'checking' && !this.#said) return text.step.checking;
    const reason = this.#reason(check);
    if (check.status === 'impossible')
      return reason ? html`${text.step.impossible}${gap()}${reason}` : text.step.impossiblePlain;
    return reason ? html`${text.step.notYet}${gap()}${reason}` : text.step.notYetPlain;
  }

  #reason(check: CheckView): HTMLElement | undefined {
    if (check.status !== 'checking' && this.#said?.at !== check.at) {
      const reason = check.reason ? reasonOf(this.#step, check.reason, check.values ?? {}) : undefined;
      // The same sentence again is not news for a screen reader.
      const same = reason?.textContent === this.#said?.reason?.textContent;
      this.#said = { at: check.at, reason: same ? this.#said?.reason : reason };
    }
    return this.#said?.reason;
  }

  #passed(passedAt: number) {
    const step = this.#step;
    const next = stepAfter(step.id);
    const time = timeOfDay(passedAt, document.documentElement.lang);
    const isRead = step.dataset.kind === 'read';
    return html`<div class="check" data-status="passed">
      <span class="sign" aria-hidden="true"></span>
      <div class="said" role="status">
        <b>${isRead ? text.step.readDone : text.step.passed}</b>${gap()}<span>${predictionSentence(step)}</span>
      </div>
      <div class="check-foot">
        <span class="grow">${next ? fill(text.step.passedAt, { time }) : text.step.lessonDone}</span>
        ${next ? html`<button class="link" type="button" @click=${() => select(next, true)}>${text.step.next}</button>` : nothing}
      </div>
    </div>`;
  }

  #foot(step: HTMLElement, check: CheckView | undefined, progress: StepProgress | undefined) {
    const judged = check && check.status !== 'preparing';
    return html`<span class="grow" role=${this.#problem ? 'alert' : nothing}>
        ${this.#problem || (judged ? this.#age(check.at) : nothing)}
      </span>
      ${check?.status === 'impossible' ? this.#button(text.step.impossibleDo, resetLab) : nothing}
      ${step.dataset.kind === 'read' ? this.#button(text.step.read, () => this.#read(step)) : nothing}
      ${judged ? this.#button(text.step.checkNow, () => this.#checkNow(step)) : nothing}
      ${this.#help(step, progress)}`;
  }

  #age(at: number): string {
    const ms = Date.now() - at;
    return ms < justNow ? text.step.ageNow : fill(text.step.age, { age: age(ms, document.documentElement.lang) });
  }

  #help(step: HTMLElement, progress: StepProgress | undefined) {
    const of = Number(step.dataset.hints);
    const taken = progress?.hints ?? 0;
    const next = taken + 1;
    const waited = this.#since !== undefined && Date.now() - this.#since > solutionAfter;
    const hasSolution = step.querySelector('.solution') !== null;
    const mayOpen = hasSolution && (taken >= of || waited || progress?.solutionSeen);
    return html`${next <= of ? this.#button(fill(text.step.hint, { n: next, of }), async () => (await loadHelp()).takeHint(step, next)) : nothing}
    ${mayOpen ? this.#button(text.step.solution, async () => (await loadHelp()).showSolution(step)) : nothing}`;
  }

  #output(output: string) {
    return html`<details>
      <summary>${text.step.brokenOutput}</summary>
      <pre>${output}</pre>
    </details>`;
  }

  #button(label: string, action: () => Promise<void>) {
    return html`<button class="link" type="button" @click=${() => this.#attempt(action)}>${label}</button>`;
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    this.#problem = '';
    try {
      await action();
    } catch (error) {
      this.#problem = sentenceOf(error);
    }
    this.requestUpdate();
  }

  async #checkNow(step: HTMLElement): Promise<void> {
    const lab = readyLab();
    if (lab)
      session.keepCheck(await ask<CheckView>('POST', `labs/${lab.id}/check`, { lesson: here.lesson, step: step.id }));
  }

  async #read(step: HTMLElement): Promise<void> {
    session.keepProgress(
      (await ask<ProgressView>('POST', `lessons/${here.lesson}/steps/${step.id}/read`, {})).progress,
    );
  }
}

async function resetLab(): Promise<void> {
  await (await import('../lab/lab-actions.ts')).act('reset');
}

/** Hints and solutions come when somebody asks for one. */
const loadHelp = () => import('./help.ts');

/** Shows the hints that the learner has taken, also before a reload. */
function showTakenHints(step: HTMLElement, progress: StepProgress | undefined): void {
  for (const hint of step.querySelectorAll<HTMLElement>('.hint')) {
    hint.classList.toggle('revealed', Number(hint.dataset.hint) <= (progress?.hints ?? 0));
  }
}

customElements.define('step-check', StepCheck);
