import { html, nothing } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { LearnerView, ResumeView } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { languageOfPage } from '../language.ts';
import { learnerName } from '../learner-name.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { SessionElement } from '../session-element.ts';
import { clock } from '../time.ts';
import { exportAnswers } from './export-answers.ts';
import { homeText } from './home-text.ts';

/** On the home page: who the learner is to the server, his lab, and the way to another device. */
class LearnerCard extends SessionElement {
  protected override readonly drawEvery = 1000;
  #renaming = false;
  #link = '';
  #said = '';

  protected override render() {
    if (session.failure) return this.#failed(session.failure);
    if (!session.learner) return nothing;
    return html`<div class="learner">
      ${this.#renaming ? this.#nameForm(session.learner) : this.#name(session.learner)}
      <span class="lab-line">${this.#lab()}</span>
      ${this.#link ? this.#linkField() : nothing}
      <span role="status" class="note" ?hidden=${!this.#said}>${this.#said}</span>
    </div>`;
  }

  #failed(sentence: string) {
    return html`<div class="learner" role="alert">
      <span>${sentence}</span>
      <button class="ghost" type="button" @click=${() => session.connect(true)}>${text.retry}</button>
    </div>`;
  }

  #name(learner: LearnerView) {
    return html`<b>${learnerName(learner, text.numberedLearner)}</b>
      <button class="ghost" type="button" @click=${() => this.#set(true)}>${homeText.home.rename}</button>
      <button class="ghost" type="button" @click=${this.#copyLink}>${homeText.home.resume}</button>
      ${
        session.allProgress.length > 0
          ? html`<button class="ghost" type="button" @click=${() => this.#attempt(exportAnswers)}>${homeText.home.export}</button>`
          : nothing
      }
      ${session.isInstructor ? html`<a href="instructor/">${homeText.instructorLink}</a>` : nothing}`;
  }

  #nameForm(learner: LearnerView) {
    return html`<form @submit=${this.#rename}>
      <label for="new-name">${homeText.home.name}</label>
      <input id="new-name" name="name" type="text" maxlength="40" required .value=${learner.name ?? ''} />
      <button class="small" type="submit">${homeText.home.save}</button>
      <button class="ghost" type="button" @click=${() => this.#set(false)}>${homeText.home.cancel}</button>
    </form>`;
  }

  #lab() {
    const { lab } = session;
    if (!lab || lab.state === 'ended') return homeText.home.none;
    const left = fill(text.timeLeft, { time: clock(lab.expiresAt - Date.now()) });
    return html`<span class="lab-state" data-state=${lab.state}
      ><span class="dot"></span>${fill(homeText.home.yourLab, { state: text.states[lab.state] })}${
        lab.state === 'ready' ? ` · ${left}` : nothing
      }</span
    >`;
  }

  #linkField() {
    return html`<label class="link-field"
      >${homeText.home.link}
      <input type="text" readonly .value=${this.#link} @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()} />
    </label>`;
  }

  #set(renaming: boolean): void {
    this.#renaming = renaming;
    this.#said = '';
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(renaming ? 'input' : 'button')?.focus());
  }

  #rename = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get('name')).trim();
    await this.#attempt(async () => {
      session.learner = await ask<LearnerView>('PUT', 'me/name', { name });
      this.#set(false);
      this.#said = homeText.home.saved;
    });
  };

  #copyLink = (): Promise<void> =>
    this.#attempt(async () => {
      // The server knows no language, the page does.
      this.#link = (await ask<ResumeView>('POST', 'me/resume-link')).link.replace('/en/', `/${languageOfPage()}/`);
      // The clipboard is missing without TLS or permission; the link then stands in the field.
      const isCopied = await navigator.clipboard?.writeText(this.#link).then(
        () => true,
        () => false,
      );
      this.#said = isCopied ? homeText.home.copied : text.run.copyFailed;
    });

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#said = sentenceOf(error);
    }
    this.requestUpdate();
  }
}

customElements.define('learner-card', LearnerCard);
