import { fill } from '../../i18n/fill.ts';
import type { LabView, TerminalView } from '../../shared/api.ts';
import { maxViewerFrame, type ServerFrame, type TerminalState } from '../../shared/terminal-protocol.ts';
import { labText } from './lab-text.ts';
import { type LinkState, TerminalLink } from './link.ts';
import { Screen } from './screen.ts';
import { TerminalStream } from './stream.ts';
import { type Note, noteOf } from './terminal-note.ts';

const text = labText.terminal;
/** A window being dragged changes size often; the shell is told when it rests, milliseconds. */
const resizeRest = 80;
/** A clock that stood still for this long was asleep, milliseconds: the connection may be dead without knowing it. */
const slept = 20_000;

/** Keys and pastes that wait for a connection. */
const mostTypedAhead = 64;

/** One terminal: a screen, its connection, and a line that says why it does not run or who types in it. */
export class LabTerminal extends HTMLElement {
  view: TerminalView | undefined;
  lab: LabView | undefined;
  #screen: Screen | undefined;
  #stream = new TerminalStream();
  #link: TerminalLink | undefined;
  #state: LinkState = { kind: 'connecting' };
  #shell: TerminalState | undefined;
  #generation = 0;
  #stop = new AbortController();
  #wantsFocus = false;
  /** Not acknowledged yet. */
  #parsedTo: number | undefined;
  /** Typed while a connection that was lost is made again. */
  #typedAhead: Uint8Array[] = [];

  connectedCallback(): void {
    void this.#begin();
  }

  disconnectedCallback(): void {
    this.#stop.abort();
    this.#link?.[Symbol.dispose]();
    this.#screen?.[Symbol.dispose]();
  }

  override focus(): void {
    // A new terminal has no screen yet.
    this.#wantsFocus = !this.#screen;
    this.#screen?.focus();
  }

  /** A program may be running in it: a shell at its prompt has bracketed paste on, and so has vi, on the other screen. */
  get isBusy(): boolean {
    const terminal = this.#screen?.terminal;
    if (this.#state.kind !== 'open' || !terminal) return false;
    return !terminal.modes.bracketedPasteMode || terminal.buffer.active.type === 'alternate';
  }

  /** Opens the search bar. */
  async find(): Promise<void> {
    const { openSearch } = await import('./search-bar.ts');
    if (this.#screen) openSearch(this, this.#screen.terminal);
  }

  /** The lab has changed: after a reset the next generation's terminal is attached from its beginning. */
  follow(lab: LabView): void {
    this.lab = lab;
    if (lab.state !== 'ready' || !this.#link) return;
    const isNew = lab.generation !== this.#generation;
    if (!isNew && this.#state.kind !== 'resetting') return;
    if (isNew) {
      this.#generation = lab.generation;
      this.#stream = new TerminalStream();
      this.#screen?.clear();
    }
    void this.#link.connect();
  }

  async #begin(): Promise<void> {
    const { view, lab } = this;
    if (!view || !lab) return;
    // The first size must be the right one, and that needs the font.
    await document.fonts.load('13.5px "JetBrains Mono Variable"').catch(() => []);
    if (!this.isConnected) return;
    const host = Object.assign(document.createElement('div'), { className: 'screen' });
    const note = Object.assign(document.createElement('div'), { className: 'terminal-note', role: 'status' });
    this.append(host, note);
    this.#screen = new Screen(host, fill(text.label, { name: view.label ?? view.name, level: view.level }), {
      typed: (bytes) => this.#typed(bytes),
      focused: () => this.#claimSize(),
      leave: (back) => this.dispatchEvent(new CustomEvent('leave', { bubbles: true, detail: { back } })),
      find: () => void this.find(),
      key: (key) => {
        if (key === 'Enter' && this.#state.kind === 'exited') void this.#link?.connect();
      },
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
    const { signal } = this.#stop;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const adapt = () => {
      clearTimeout(rest);
      rest = setTimeout(() => this.#adapt(), resizeRest);
    };
    const sizes = new ResizeObserver(adapt);
    sizes.observe(this);
    this.addEventListener('room', adapt, { signal });
    let ticked = Date.now();
    const tick = setInterval(() => {
      if (Date.now() - ticked > slept) this.#wake();
      ticked = Date.now();
      this.#draw();
    }, 1000);
    window.addEventListener('online', () => this.#wake(), { signal });
    signal.addEventListener('abort', () => {
      sizes.disconnect();
      clearInterval(tick);
    });
  }

  /** The machine slept or has a network again: connects at once, from where it was. */
  #wake(): void {
    if (['open', 'waiting', 'lost'].includes(this.#state.kind)) void this.#link?.connect();
  }

  /** The size of this window; empty for who only looks on. */
  #size(): { columns: number; rows: number } {
    return this.#shell?.role === 'instructor' ? this.#shell : (this.#screen?.fit() ?? { columns: 80, rows: 24 });
  }

  #adapt(): void {
    const size = this.#screen?.adapt();
    if (size && this.#shell?.role === 'learner') this.#resize(size);
  }

  /** The window that the learner works in has its size; his others show that scaled. */
  #claimSize(): void {
    if (this.#shell?.role === 'learner' && this.#screen) this.#resize(this.#screen.fit());
  }

  #resize(size: { columns: number; rows: number }): void {
    if (size.columns !== this.#shell?.columns || size.rows !== this.#shell.rows)
      this.#link?.send({ type: 'resize', ...size });
  }

  #frame(frame: ServerFrame): void {
    if (frame.type === 'state') this.#take(frame.state);
    const stream = this.#stream;
    const screen = this.#screen;
    for (const piece of stream.take(frame)) {
      if (piece.kind === 'anew') screen?.clear();
      else if (piece.kind === 'lost') screen?.tell(text.lostOutput);
      else if (piece.kind === 'modes') screen?.write(piece.bytes, true, () => undefined);
      else if (piece.kind === 'gap')
        screen?.tell(fill(text.gap, { n: piece.bytes.toLocaleString(document.documentElement.lang) }));
      else
        screen?.write(piece.bytes, piece.replay, () => {
          if (stream === this.#stream) this.#parsed(piece.end);
        });
    }
  }

  /** Of the pieces that xterm has parsed at a stretch the last is acknowledged. */
  #parsed(offset: number): void {
    if (this.#parsedTo === undefined) {
      queueMicrotask(() => {
        if (this.#parsedTo !== undefined) this.#link?.send({ type: 'ack', offset: this.#parsedTo });
        this.#parsedTo = undefined;
      });
    }
    this.#parsedTo = offset;
  }

  #take(state: TerminalState): void {
    this.#shell = state;
    this.dataset.role = state.role;
    this.dataset.keyboard = state.keyboard;
    const own = this.#screen?.size;
    if (own && (own.columns !== state.columns || own.rows !== state.rows))
      this.#screen?.show(state.columns, state.rows);
    this.#draw();
  }

  #typed(bytes: Uint8Array): void {
    if (this.#shell?.canWrite === false) return;
    if (this.#state.kind === 'connecting' && this.#shell && this.#typedAhead.length < mostTypedAhead) {
      this.#typedAhead.push(bytes);
      return;
    }
    if (this.#state.kind !== 'open') return;
    for (let at = 0; at < bytes.length; at += maxViewerFrame) {
      this.#link?.send({ type: 'input', bytes: bytes.subarray(at, at + maxViewerFrame) });
    }
  }

  #changed(state: LinkState): void {
    this.#state = state;
    this.dataset.link = state.kind;
    // What nobody has heard until now is not typed into whatever comes later.
    if (state.kind !== 'connecting') for (const bytes of this.#typedAhead.splice(0)) this.#typed(bytes);
    this.#draw();
    // Ready again before the page was told that it is being reset.
    if (state.kind === 'resetting' && this.lab && this.lab.generation !== this.#generation) this.follow(this.lab);
  }

  #draw(): void {
    const line = this.querySelector('.terminal-note');
    const said = line?.firstElementChild;
    const note = noteOf(this.#state, this.#shell);
    if (!line || (said?.textContent ?? '') === (note?.words ?? '')) return;
    // While seconds are counted the button stays: it may be pressed just now, or have the keyboard.
    if (said && note?.action && line.querySelector('button')?.textContent === note.action.label) {
      said.textContent = note.words;
      return;
    }
    line.replaceChildren();
    if (!note) return;
    line.append(Object.assign(document.createElement('span'), { textContent: note.words }));
    if (note.action) line.append(this.#button(note.action));
  }

  #button({ label, does }: NonNullable<Note['action']>): HTMLButtonElement {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: label });
    button.addEventListener('click', () => {
      if (does === 'connect') void this.#link?.connect();
      else this.#link?.send({ type: 'keyboard', take: does === 'take' });
      this.focus();
    });
    return button;
  }
}

customElements.define('lab-terminal', LabTerminal);
