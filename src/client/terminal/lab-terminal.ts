import { fill } from '../../i18n/fill.ts';
import type { TerminalView } from '../../shared/api.ts';
import { maxViewerFrame, type ServerFrame, type TerminalState } from '../../shared/terminal-protocol.ts';
import { gap } from '../language.ts';
import { session } from '../session.ts';
import { labText } from './lab-text.ts';
import { type LinkState, TerminalLink } from './link.ts';
import { Screen } from './screen.ts';
import { TerminalStream } from './stream.ts';

const text = labText.terminal;
/** A window being dragged changes size often; the shell is told when it rests, milliseconds. */
const resizeRest = 80;

/** One terminal: a screen, its connection, and a line that says why it does not run. */
export class LabTerminal extends HTMLElement {
  view: TerminalView | undefined;
  #screen: Screen | undefined;
  #stream = new TerminalStream();
  #link: TerminalLink | undefined;
  #state: LinkState = { kind: 'connecting' };
  #shell: TerminalState | undefined;
  #generation = 0;
  #stop = new AbortController();
  #wantsFocus = false;

  connectedCallback(): void {
    void this.#begin();
  }

  disconnectedCallback(): void {
    this.#stop.abort();
    this.#link?.[Symbol.dispose]();
  }

  override focus(): void {
    // A new terminal has no screen yet.
    this.#wantsFocus = !this.#screen;
    this.#screen?.focus();
  }

  async #begin(): Promise<void> {
    const { view } = this;
    const { lab } = session;
    if (!view || !lab) return;
    // The first size must be the right one, and that needs the font.
    await document.fonts.load('13.5px "JetBrains Mono Variable"').catch(() => []);
    if (!this.isConnected) return;
    const host = Object.assign(document.createElement('div'), { className: 'screen' });
    const note = Object.assign(document.createElement('div'), { className: 'terminal-note', role: 'status' });
    this.append(host, note);
    this.#screen = new Screen(host, fill(text.label, { name: view.name, level: view.level }), {
      typed: (bytes) => this.#typed(bytes),
      resized: (columns, rows) => this.#link?.send({ type: 'resize', columns, rows }),
      leave: (back) => this.dispatchEvent(new CustomEvent('leave', { bubbles: true, detail: { back } })),
      key: (key) => this.#key(key),
    });
    if (this.#wantsFocus) this.#screen.focus();
    this.#generation = lab.generation;
    this.#link = new TerminalLink(lab.id, view.name, {
      attachment: () => ({ from: this.#stream.next, ...this.#size() }),
      frame: (frame) => this.#frame(frame),
      changed: (state) => this.#changed(state),
    });
    this.#watch();
    void this.#link.connect();
  }

  #watch(): void {
    let rest: ReturnType<typeof setTimeout> | undefined;
    const sizes = new ResizeObserver(() => {
      clearTimeout(rest);
      rest = setTimeout(() => this.#screen?.fit(), resizeRest);
    });
    sizes.observe(this);
    const tick = setInterval(() => this.#draw(), 1000);
    const unsubscribe = session.subscribe(() => this.#follow());
    this.#stop.signal.addEventListener('abort', () => {
      sizes.disconnect();
      clearInterval(tick);
      unsubscribe();
    });
  }

  #size(): { columns: number; rows: number } {
    this.#screen?.fit();
    return this.#screen?.size ?? { columns: 80, rows: 24 };
  }

  /** After a reset the next generation's terminal is attached from its beginning. */
  #follow(): void {
    const { lab } = session;
    if (lab?.state !== 'ready') return;
    const isNew = lab.generation !== this.#generation;
    if (!isNew && this.#state.kind !== 'resetting') return;
    if (isNew) {
      this.#generation = lab.generation;
      this.#stream = new TerminalStream();
      this.#screen?.clear();
    }
    void this.#link?.connect();
  }

  #frame(frame: ServerFrame): void {
    if (frame.type === 'state') {
      this.#shell = frame.state;
      this.#draw();
    }
    const stream = this.#stream;
    for (const piece of stream.take(frame)) {
      if (piece.kind === 'anew') this.#screen?.clear();
      else if (piece.kind === 'lost') this.#screen?.tell(text.lostOutput);
      else if (piece.kind === 'modes') this.#screen?.write(piece.bytes, true, () => undefined);
      else if (piece.kind === 'gap')
        this.#screen?.tell(fill(text.gap, { n: piece.bytes.toLocaleString(document.documentElement.lang) }));
      else
        this.#screen?.write(piece.bytes, piece.replay, () => {
          if (stream === this.#stream) this.#link?.send({ type: 'ack', offset: piece.end });
        });
    }
  }

  #typed(bytes: Uint8Array): void {
    if (this.#state.kind !== 'open' || this.#shell?.canWrite === false) return;
    for (let at = 0; at < bytes.length; at += maxViewerFrame) {
      this.#link?.send({ type: 'input', bytes: bytes.subarray(at, at + maxViewerFrame) });
    }
  }

  #key(key: string): void {
    if (key === 'Enter' && this.#state.kind === 'exited') void this.#link?.connect();
  }

  #changed(state: LinkState): void {
    this.#state = state;
    this.dataset.link = state.kind;
    this.#draw();
    // Ready again before the page was told that it is being reset.
    if (state.kind === 'resetting' && session.lab?.generation !== this.#generation) this.#follow();
  }

  #draw(): void {
    const note = this.querySelector('.terminal-note');
    if (!note) return;
    const words = this.#words();
    if (note.firstElementChild?.textContent === words) return;
    note.replaceChildren();
    if (!words) return;
    note.append(Object.assign(document.createElement('span'), { textContent: words }));
    const label = this.#buttonLabel();
    if (!label) return;
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: label });
    button.addEventListener('click', () => {
      void this.#link?.connect();
      this.focus();
    });
    note.append(button);
  }

  #words(): string {
    const state = this.#state;
    if (state.kind === 'open') return this.#shell?.canWrite === false ? text.readOnly : '';
    if (state.kind === 'waiting')
      return fill(text.retryIn, { s: Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000)) });
    if (state.kind === 'denied') return state.sentence ?? text.denied;
    if (state.kind === 'exited') return this.#exitWords();
    return text[state.kind];
  }

  #exitWords(): string {
    const code = this.#shell?.exitCode;
    return `${code === undefined ? text.exitedPlain : fill(text.exited, { code })}${gap()}${text.pressEnter}`;
  }

  #buttonLabel(): string | undefined {
    const { kind } = this.#state;
    if (kind === 'exited') return text.newShell;
    return ['waiting', 'lost', 'denied', 'failed'].includes(kind) ? text.retry : undefined;
  }
}

customElements.define('lab-terminal', LabTerminal);
