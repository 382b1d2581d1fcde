import { fill } from '../../i18n/fill.ts';
import { languageOfPage, listed } from '../language.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';

/** Says which images of this server are not the official ones. */
class StandinNote extends HTMLElement {
  connectedCallback(): void {
    session.subscribe(() => this.#draw());
    this.#draw();
  }

  #draw(): void {
    const images = session.server?.standins ?? [];
    if (images.length === 0 || this.firstChild) return;
    const link = document.createElement('a');
    link.href = `/${languageOfPage()}/about/`;
    link.append(Object.assign(document.createElement('b'), { textContent: text.standins }));
    this.className = 'standins';
    this.append(link, fill(text.standinsNote, { images: listed(images) }));
  }
}

customElements.define('standin-note', StandinNote);
