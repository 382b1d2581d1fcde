import { fill } from '../i18n/fill.ts';
import type { MeView } from '../shared/api.ts';
import { ask, sentenceOf } from './api.ts';
import { homeText } from './home/home-text.ts';
import { languageOfPage } from './language.ts';
import { learnerName } from './learner-name.ts';
import { text } from './page-text.ts';
import { session } from './session.ts';

/** Exchanges the token of a resume link, which stands in the fragment and so never in a log, for the learner's cookie. */
class ResumeExchange extends HTMLElement {
  connectedCallback(): void {
    this.role = 'status';
    const token = location.hash.slice(1);
    // The token must not stay in the address, where it could be copied or seen.
    history.replaceState(null, '', location.pathname);
    if (token) void this.#exchange(token);
    else this.#say(homeText.resume.hello);
  }

  async #exchange(token: string): Promise<void> {
    this.#say(homeText.resume.working);
    // The cookie of a new browser must not come after the one of the link.
    await session.connect(false);
    // A link from somebody else must not quietly put his name in place of this browser's own.
    if (session.hasBegun) await this.#confirmed(homeText.resume.replaces, homeText.resume.yes);
    try {
      const me = await ask<MeView>('POST', 'me/resume', { token });
      this.#say(fill(homeText.resume.done, { name: learnerName(me.learner, text.numberedLearner) }));
      const home = document.createElement('a');
      home.className = 'button';
      home.href = `/${languageOfPage()}/`;
      home.textContent = homeText.resume.home;
      this.append(Object.assign(document.createElement('p'), { className: 'after' }), home);
    } catch (error) {
      this.#say(sentenceOf(error));
    }
  }

  /** Waits for the button; leaving the page is the other answer. */
  #confirmed(sentence: string, yes: string): Promise<void> {
    this.#say(sentence);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button';
    button.textContent = yes;
    this.append(button);
    return new Promise((resolve) => button.addEventListener('click', () => resolve(), { once: true }));
  }

  #say(sentence: string): void {
    const words = document.createElement('p');
    words.textContent = sentence;
    this.replaceChildren(words);
  }
}

customElements.define('resume-exchange', ResumeExchange);
