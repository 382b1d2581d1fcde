import { html } from 'lit/html.js';
import type { LabView, TerminalView } from '../../shared/api.ts';
import { DrawnElement } from '../drawn-element.ts';
import { text as pageText } from '../page-text.ts';
import { LabTerminal } from './lab-terminal.ts';
import { labText } from './lab-text.ts';

const text = labText.terminal;

/** Over a learner's shoulder: his terminals, one at a time, in his size. Looks on until the keyboard is taken. */
class LabWatch extends DrawnElement {
  heading = '';
  #lab: LabView | undefined;
  #selected: string | undefined;
  #terminal: LabTerminal | undefined;

  /** The lab has changed. */
  follow(lab: LabView): void {
    this.#lab = lab;
    this.#terminal?.follow(lab);
    this.requestUpdate();
  }

  protected override render() {
    const lab = this.#lab;
    const view = lab?.terminals.find(({ name }) => name === this.#selected) ?? lab?.terminals[0];
    if (lab && view && view.name !== this.#terminal?.view?.name) {
      this.#terminal = Object.assign(new LabTerminal(), { view, lab });
    }
    return html`<div class="watch-head">
        <h2 id="watch-title">${this.heading}</h2>
        <form method="dialog"><button class="ghost">${pageText.close}</button></form>
      </div>
      <div class="tabs" role="tablist" aria-label=${text.tabs} @keydown=${this.#key}>
        ${lab?.terminals.map((each) => this.#tab(each, each === view))}
      </div>
      <div class="panel" role="tabpanel" aria-label=${view?.label ?? view?.name ?? ''}>${this.#terminal}</div>`;
  }

  #tab({ name, label = name, here }: TerminalView, selected: boolean) {
    return html`<button type="button" role="tab" class="tab level-${here.level}" data-terminal=${name} aria-selected=${selected}
      tabindex=${selected ? 0 : -1} @click=${() => this.#select(name)}>
      <span class="badge">L${here.level}</span> <span class="tab-name">${label}</span>
    </button>`;
  }

  #select(name: string): void {
    this.#selected = name;
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  }

  #key = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const names = this.#lab?.terminals.map(({ name }) => name) ?? [];
    if (!step || names.length === 0) return;
    const at = names.indexOf(this.#terminal?.view?.name ?? '') + step;
    this.#select(names.at(at % names.length) ?? '');
    event.preventDefault();
  };
}

customElements.define('lab-watch', LabWatch);

/** Opens the view over a learner's shoulder; feed it with `follow`. `closed` is called when it is closed. */
export function watchLab(lab: LabView, heading: string, closed: () => void): LabWatch {
  const dialog = document.createElement('dialog');
  dialog.className = 'watch';
  dialog.setAttribute('aria-labelledby', 'watch-title');
  const watch = Object.assign(new LabWatch(), { heading });
  watch.follow(lab);
  // F6 leaves the terminal; Escape belongs to the shell while that has the keyboard.
  dialog.addEventListener('cancel', (event) => {
    if (watch.querySelector('.xterm-helper-textarea:focus')) event.preventDefault();
  });
  dialog.addEventListener('leave', () => watch.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  dialog.append(watch);
  document.body.append(dialog);
  dialog.showModal();
  return watch;
}
