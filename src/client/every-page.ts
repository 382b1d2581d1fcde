import { keepPlaceInLanguageLink, languageOfPage } from './language.ts';
import { text } from './page-text.ts';
import { session } from './session.ts';

/** Tells everybody, on every page, when labs run with full privileges. */
class ServerBanner extends HTMLElement {
  connectedCallback(): void {
    session.subscribe(() => this.#draw());
    this.#draw();
  }

  #draw(): void {
    if (session.server?.isolation !== 'privileged' || this.firstChild) return;
    const more = document.createElement('a');
    more.href = `/${languageOfPage()}/about/`;
    more.textContent = text.banner.more;
    const words = document.createElement('span');
    words.textContent = text.banner.privileged;
    this.classList.add('banner');
    this.role = 'alert';
    this.append(words, more);
  }
}

customElements.define('server-banner', ServerBanner);
keepPlaceInLanguageLink();
// Pages that follow a lab listen to events; the others only ask once.
void session.connect(document.querySelector('lab-workspace, learner-card, compare-board') !== null);
