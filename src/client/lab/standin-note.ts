import { fill } from '../../i18n/fill.ts';
import { languageOfPage, listed } from '../language.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';

/** Says which images of this server are not the official ones; folded, so that the text below stays where it is. */
class StandinNote extends HTMLElement {
  connectedCallback(): void {
    session.subscribe(() => this.#draw());
    this.#draw();
  }

  #draw(): void {
    const images = session.server?.standins ?? [];
    if (images.length === 0 || this.firstChild) return;
    const note = document.createElement('details');
    const link = document.createElement('a');
    link.href = `/${languageOfPage()}/about/`;
    link.textContent = fill(text.standinsNote, { images: listed(images) });
    note.append(Object.assign(document.createElement('summary'), { textContent: text.standins }), link);
    this.className = 'standins';
    this.append(note);
  }
}

customElements.define('standin-note', StandinNote);
