import { repeat } from 'lit/directives/repeat.js';
import { html, nothing } from 'lit/html.js';
import type { TerminalView } from '../../shared/api.ts';
import { isCurrentStep } from '../lesson/steps.ts';
import { session } from '../session.ts';
import { SessionElement } from '../session-element.ts';
import { LabTerminal } from './lab-terminal.ts';
import { labText } from './lab-text.ts';
import type { TerminalAction } from './terminal-actions.ts';
import { terminalMenu } from './terminal-menu.ts';
import { dragTab, terminalTab } from './terminal-tab.ts';

const text = labText.terminal;

/** The lab's terminals as tabs; each keeps its screen while another one is shown. */
class LabTerminals extends SessionElement {
  #selected = 'host';
  #known: TerminalView[] = [];
  #terminals = new Map<string, LabTerminal>();
  #stop = new AbortController();
  /** Where the keyboard was before it came here. */
  #cameFrom: HTMLElement | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    document.addEventListener('show-terminal', (event) => this.#select((event as CustomEvent<string>).detail, true), {
      signal,
    });
    document.addEventListener('open-terminal', (event) => this.#open((event as CustomEvent<string[]>).detail), {
      signal,
    });
    this.addEventListener('leave', (event) => this.#leave((event as CustomEvent<{ back: boolean }>).detail.back), {
      signal,
    });
    this.addEventListener('focusin', ({ relatedTarget: from }) => {
      if (from instanceof HTMLElement && !this.contains(from)) this.#cameFrom = from;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop.abort();
  }

  protected override render() {
    this.#follow();
    const view = this.#view;
    // Panels keep their order: one that moved in the page would lose its connection.
    const panels = [...this.#known].sort((a, b) => (a.name < b.name ? -1 : 1));
    return html`<div class="tab-bar">
        <div class="tabs" role="tablist" aria-label=${text.tabs} @keydown=${this.#key} @pointerdown=${this.#drag}>
          ${this.#known.map((each) =>
            terminalTab(each, each === view, {
              select: () => this.#select(each.name, true),
              rename: () => this.#act('rename', each),
              close: () => this.#act('close', each),
            }),
          )}
        </div>
        <button class="tab-add" type="button" aria-label=${text.add} title=${text.add} @click=${() => this.#open([])}>+</button>
        ${view ? this.#menu(view) : nothing}
      </div>
      ${repeat(
        panels,
        (each) => each.name,
        (each) => this.#panel(each, each === view),
      )}
      <p class="terminal-foot">
        <span><kbd>F6</kbd> ${text.leave}</span><span>${text.copyPaste}</span>
        <a href="#text" @click=${this.#toStep}>${text.toText}</a>
      </p>`;
  }

  #menu(view: TerminalView) {
    return terminalMenu(view, {
      act: (action) => this.#act(action, view),
      find: () => this.#terminals.get(view.name)?.find(),
      recordings: async () => (await import('./terminal-actions.ts')).showRecordings(),
    });
  }

  /** The one on screen: a new one is selected before the lab's list has it. */
  get #view(): TerminalView | undefined {
    return this.#known.find((view) => view.name === this.#selected) ?? this.#known[0];
  }

  /** Takes over what the lab says; while it is being reset its list is empty, and the tabs stay until it says more. */
  #follow(): void {
    const { lab } = session;
    if (lab?.terminals.length) this.#known = lab.terminals;
    for (const [name, terminal] of this.#terminals) {
      if (lab) terminal.follow(lab);
      if (!this.#known.some((view) => view.name === name)) this.#terminals.delete(name);
    }
    session.terminal = this.#view?.name;
    const chain = this.#view?.here.chain;
    if (chain?.join('/') === session.standsIn?.join('/')) return;
    session.standsIn = chain;
    session.changed();
  }

  #panel(view: TerminalView, selected: boolean) {
    return html`<div class="panel" role="tabpanel" id="panel-${view.name}" aria-labelledby="tab-${view.name}" ?hidden=${!selected}>
      ${selected || this.#terminals.has(view.name) ? this.#terminal(view) : nothing}
    </div>`;
  }

  #terminal(view: TerminalView): LabTerminal {
    let terminal = this.#terminals.get(view.name);
    if (!terminal) {
      terminal = Object.assign(new LabTerminal(), { view, lab: session.lab });
      this.#terminals.set(view.name, terminal);
    }
    return terminal;
  }

  #select(name: string, focus: boolean): void {
    this.#selected = name;
    this.requestUpdate();
    void this.updateComplete.then(() => {
      if (!focus) return this.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
      this.#terminals.get(name)?.focus();
      // On a phone the terminals stand below the text.
      return this.scrollIntoView({ block: 'nearest' });
    });
  }

  async #act(action: TerminalAction, view: TerminalView, position = 0): Promise<void> {
    const { change } = await import('./terminal-actions.ts');
    await change(action, view, { position, isBusy: this.#terminals.get(view.name)?.isBusy ?? false });
  }

  /** Opens a shell in a chain of containers, in L1 without one. */
  async #open(chain: readonly string[]): Promise<void> {
    const { openTerminal } = await import('./terminal-actions.ts');
    const name = await openTerminal(chain);
    if (name) this.#select(name, true);
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
    const view = this.#view;
    const names = this.#known.map(({ name }) => name);
    const at = names.indexOf(view?.name ?? '');
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = step === undefined ? { Home: 0, End: names.length - 1 }[event.key] : at + step;
    if (!view) return;
    if (event.key === 'Delete') void this.#act('close', view);
    else if (event.key === 'F2') void this.#act('rename', view);
    else if (to === undefined) return;
    else if (event.ctrlKey && event.shiftKey) void this.#act('move', view, Math.min(names.length - 1, Math.max(0, to)));
    else this.#select(names.at(to % names.length) ?? this.#selected, false);
    event.preventDefault();
  };

  #drag = (event: PointerEvent): void => {
    dragTab(event, (name, position) => {
      const view = this.#known.find((each) => each.name === name);
      if (view && this.#known.indexOf(view) !== position) void this.#act('move', view, position);
    });
  };
}

function currentToggle(): HTMLElement | undefined {
  const steps = [...document.querySelectorAll<HTMLElement>('lesson-step')];
  return steps.find((step) => isCurrentStep(step.id))?.querySelector<HTMLElement>('.step-toggle') ?? undefined;
}

customElements.define('lab-terminals', LabTerminals);
