import { SearchAddon } from '@xterm/addon-search';
import type { Terminal } from '@xterm/xterm';
import { html } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import { DrawnElement } from '../drawn-element.ts';
import { labText } from './lab-text.ts';

const text = labText.search;
/** Marked at once; more are found one after the other. */
const highlightLimit = 1000;
const decorations = {
  matchBackground: '#6b4a12',
  activeMatchBackground: '#b3700f',
  matchOverviewRuler: '#b3700f',
  activeMatchColorOverviewRuler: '#f0a662',
};

/** Finds text on the screen of a terminal and above it. */
class SearchBar extends DrawnElement {
  terminal: Terminal | undefined;
  readonly #addon = new SearchAddon({ highlightLimit });
  #words = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.terminal?.loadAddon(this.#addon);
    this.#addon.onDidChangeResults(({ resultIndex, resultCount }) => {
      this.#words = resultCount ? fill(text.found, { n: resultIndex + 1, of: resultCount }) : text.nothing;
      this.requestUpdate();
    });
    void this.updateComplete.then(() => this.focus());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#addon.dispose();
  }

  override focus(): void {
    this.querySelector('input')?.select();
  }

  protected override render() {
    return html`<form role="search" @submit=${this.#submit} @keydown=${this.#key}>
      <input type="search" aria-label=${text.label} placeholder=${text.label} autocomplete="off" spellcheck="false" @input=${() => this.#find(true, true)} />
      <span class="found" role="status">${this.#words}</span>
      <button type="button" aria-label=${text.previous} title=${text.previous} @click=${() => this.#find(false)}>↑</button>
      <button type="submit" aria-label=${text.next} title=${text.next}>↓</button>
      <button type="button" aria-label=${text.close} title=${text.close} @click=${this.#close}>×</button>
    </form>`;
  }

  #find(forward: boolean, incremental = false): void {
    const wanted = this.querySelector('input')?.value ?? '';
    const options = { decorations, incremental };
    if (forward) this.#addon.findNext(wanted, options);
    else this.#addon.findPrevious(wanted, options);
    if (wanted) return;
    this.#addon.clearDecorations();
    this.#words = '';
    this.requestUpdate();
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#find(true);
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.#close();
    if (event.key !== 'Enter' || !event.shiftKey) return;
    event.preventDefault();
    this.#find(false);
  };

  #close = (): void => {
    this.remove();
    this.terminal?.focus();
  };
}

customElements.define('search-bar', SearchBar);

/** Opens the bar in a terminal, or goes to it when it is open. */
export function openSearch(host: Element, terminal: Terminal): void {
  const open = host.querySelector<SearchBar>('search-bar');
  if (open) open.focus();
  else host.append(Object.assign(new SearchBar(), { terminal }));
}
