import { html, nothing } from 'lit/html.js';
import type { TerminalView } from '../../shared/api.ts';
import { isCurrentStep } from '../lesson/steps.ts';
import { session } from '../session.ts';
import { SessionElement } from '../session-element.ts';
import { LabTerminal } from './lab-terminal.ts';
import { labText } from './lab-text.ts';

const text = labText.terminal;

/** The lab's terminals as tabs; each keeps its screen while another one is shown. */
class LabTerminals extends SessionElement {
  #selected = 'host';
  #known: TerminalView[] = [];
  #terminals = new Map<string, LabTerminal>();
  /** Where the keyboard was before it came here. */
  #cameFrom: HTMLElement | undefined;
  #show = (event: Event) => this.#select((event as CustomEvent<string>).detail, true);

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('show-terminal', this.#show);
    this.addEventListener('leave', (event) => this.#leave((event as CustomEvent<{ back: boolean }>).detail.back));
    this.addEventListener('focusin', ({ relatedTarget: from }) => {
      if (from instanceof HTMLElement && !this.contains(from)) this.#cameFrom = from;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('show-terminal', this.#show);
  }

  protected override render() {
    // While the lab is being reset its list is empty; the tabs stay until it says what there is now.
    if (session.lab?.terminals.length) this.#known = session.lab.terminals;
    if (!this.#known.some((view) => view.name === this.#selected)) this.#selected = this.#known[0]?.name ?? 'host';
    session.standsIn ??= this.#known[0]?.chain;
    return html`<div class="tabs" role="tablist" aria-label=${text.tabs} @keydown=${this.#key}>
        ${this.#known.map((view) => this.#tab(view))}
      </div>
      ${this.#known.map((view) => this.#panel(view))}
      <p class="terminal-foot">
        <span><kbd>F6</kbd> ${text.leave}</span><span>${text.copyPaste}</span>
        <a href="#text" @click=${this.#toStep}>${text.toText}</a>
      </p>`;
  }

  #tab(view: TerminalView) {
    const selected = view.name === this.#selected;
    return html`<button
      type="button"
      role="tab"
      class="tab level-${view.level}"
      id="tab-${view.name}"
      data-terminal=${view.name}
      aria-selected=${selected}
      aria-controls="panel-${view.name}"
      tabindex=${selected ? 0 : -1}
      @click=${() => this.#select(view.name, true)}
    >
      <span class="badge">L${view.level}</span> <span>${view.name}</span>
    </button>`;
  }

  #panel(view: TerminalView) {
    const selected = view.name === this.#selected;
    return html`<div class="panel" role="tabpanel" id="panel-${view.name}" aria-labelledby="tab-${view.name}" ?hidden=${!selected}>
      ${selected || this.#terminals.has(view.name) ? this.#terminal(view) : nothing}
    </div>`;
  }

  #terminal(view: TerminalView): LabTerminal {
    let terminal = this.#terminals.get(view.name);
    if (!terminal) {
      terminal = new LabTerminal();
      terminal.view = view;
      this.#terminals.set(view.name, terminal);
    }
    return terminal;
  }

  #select(name: string, focus: boolean): void {
    this.#selected = name;
    session.standsIn = session.lab?.terminals.find((view) => view.name === name)?.chain;
    session.changed();
    this.requestUpdate();
    void this.updateComplete.then(() => {
      if (!focus) return;
      this.#terminals.get(name)?.focus();
      // On a phone the terminals stand below the text.
      this.scrollIntoView({ block: 'nearest' });
    });
  }

  /** F6 goes back to where the keyboard was in the text, Shift+F6 to the tabs. */
  #leave(back: boolean): void {
    const tab = this.querySelector<HTMLElement>('[aria-selected="true"]');
    const place = this.#cameFrom?.checkVisibility() ? this.#cameFrom : currentToggle();
    (back ? tab : place)?.focus();
  }

  #toStep = (event: Event): void => {
    event.preventDefault();
    this.#leave(false);
    document.activeElement?.scrollIntoView({ block: 'center' });
  };

  #key = (event: KeyboardEvent): void => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    const names = this.#known.map((view) => view.name);
    const at = names.indexOf(this.#selected) + move;
    this.#select(names.at(at % names.length) ?? this.#selected, false);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
}

function currentToggle(): HTMLElement | undefined {
  const steps = [...document.querySelectorAll<HTMLElement>('lesson-step')];
  return steps.find((step) => isCurrentStep(step.id))?.querySelector<HTMLElement>('.step-toggle') ?? undefined;
}

customElements.define('lab-terminals', LabTerminals);
