import { fill } from '../i18n/fill.ts';
import { listed } from './language.ts';
import { text } from './page-text.ts';
import { session } from './session.ts';

/** On the page about isolation: how this server fences labs off, and which images are stand-ins. */
class ServerFacts extends HTMLElement {
  connectedCallback(): void {
    session.subscribe(() => this.#draw());
    this.#draw();
  }

  #draw(): void {
    const { server, failure } = session;
    if (server) {
      const images = listed(server.standins);
      this.#say(text.isolation[server.isolation], images ? fill(text.standinsNote, { images }) : text.officialImages);
    } else if (failure) this.#say(failure);
  }

  #say(...sentences: string[]): void {
    this.replaceChildren(
      ...sentences.map((sentence) => Object.assign(document.createElement('p'), { textContent: sentence })),
    );
  }
}

customElements.define('server-facts', ServerFacts);
