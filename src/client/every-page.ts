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

function openSearch(): void {
  void import('./search/search-dialog.ts').then((search) => search.openSearch());
}

document.querySelector('.search-open')?.addEventListener('click', openSearch);
// In the terminal that key is the shell's.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'k' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  event.preventDefault();
  openSearch();
});
customElements.define('server-banner', ServerBanner);
keepPlaceInLanguageLink();
// Pages that follow a lab listen to events; the others only ask once.
void session.connect(document.querySelector('lab-workspace, learner-card, compare-board') !== null);
