import { fill } from '../../i18n/fill.ts';
import type { BlockView, TerminalView } from '../../shared/api.ts';
import { ask, ProblemError, sentenceOf } from '../api.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { here, readyLab } from './here.ts';
import type { Again } from './run-anyway.ts';

/** How long "copied" and "typed" stay, milliseconds. */
const noteFor = 5000;

/** A block's command: copied, or typed into the right terminal by the server, which is only told the block's id. */
class RunBlock extends HTMLElement {
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    this.querySelector('[data-action="run"]')?.addEventListener('click', () => this.#run());
    this.querySelector('[data-action="copy"]')?.addEventListener('click', () => this.#copy());
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    if (!readyLab()) return this.#leadToStart();
    this.#running = true;
    this.#say(text.run.sending);
    try {
      const terminal = await this.#type({ force: false });
      if (terminal) this.#show(terminal);
      else this.#say('');
    } catch (error) {
      this.#say(sentenceOf(error));
    }
    this.#running = false;
  }

  /** Nothing when it does not go where it belongs and the learner lets it be. */
  async #type(how: Again): Promise<TerminalView | undefined> {
    const { step, block, chain } = this.dataset;
    const lab = readyLab()?.id ?? '';
    const request = { lesson: here.lesson, step, block, terminal: session.terminal, ...how };
    try {
      return (await ask<BlockView>('POST', `labs/${lab}/blocks`, request)).terminal;
    } catch (error) {
      if (!(error instanceof ProblemError) || how.force) throw error;
      const { askAgain } = await import('./run-anyway.ts');
      const again = await askAgain(lab, chain ? chain.split(' ') : [], error);
      return again && this.#type(again);
    }
  }

  #show(terminal: TerminalView): void {
    document.dispatchEvent(new CustomEvent('show-terminal', { detail: terminal.name }));
    this.#say(fill(text.run.sent, { terminal: `L${terminal.level} ${terminal.name}` }), true);
  }

  #leadToStart(): void {
    this.#say(text.start.first, true);
    const button = document.querySelector<HTMLElement>('lab-workspace [data-action="claim"]');
    button?.focus();
    button?.scrollIntoView({ block: 'center' });
  }

  async #copy(): Promise<void> {
    const pre = this.querySelector('[data-fact]:not([hidden]) pre') ?? this.querySelector('pre');
    try {
      await navigator.clipboard.writeText(pre?.textContent?.trim() ?? '');
      this.#say(text.run.copied, true);
    } catch {
      // No clipboard without TLS or permission: the text can still be selected.
      if (pre) getSelection()?.selectAllChildren(pre);
      this.#say(text.run.copyFailed, true);
    }
  }

  #say(sentence: string, passing = false): void {
    const note = this.querySelector('.block-note');
    if (!note) return;
    note.textContent = sentence;
    clearTimeout(this.#timer);
    if (passing) this.#timer = setTimeout(() => note.replaceChildren(), noteFor);
  }
}

customElements.define('run-block', RunBlock);
