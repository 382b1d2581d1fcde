import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { maxCells } from '../../shared/terminal-protocol.ts';
import { guard, muteQueries } from './guards.ts';
import { darkPageTheme, lightPageTheme } from './theme.ts';

/** Lines kept above the screen; the server replays at most 1 MiB. */
const scrollback = 5000;
const fontFamily = '"JetBrains Mono Variable", ui-monospace, "Noto Sans Mono CJK SC", monospace';
const fontSize = 13.5;

export interface ScreenOwner {
  typed(bytes: Uint8Array): void;
  resized(columns: number, rows: number): void;
  /** F6: the learner wants out of the terminal; `back` with Shift. */
  leave(back: boolean): void;
  /** A key while nobody listens, after the shell has exited. */
  key(key: string): void;
}

/** xterm.js as the lab needs it. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  #replaying = false;

  constructor(host: HTMLElement, label: string, owner: ScreenOwner) {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const theme = () => (dark.matches ? darkPageTheme : lightPageTheme);
    this.#terminal = new Terminal({
      fontFamily,
      fontSize,
      lineHeight: 1.2,
      scrollback,
      theme: theme(),
      cursorBlink: !still,
    });
    const terminal = this.#terminal;
    dark.addEventListener('change', () => {
      terminal.options.theme = theme();
    });
    terminal.loadAddon(this.#fit);
    guard(terminal);
    muteQueries(terminal, () => this.#replaying);
    terminal.attachCustomKeyEventHandler((event) => handleKey(event, terminal, owner));
    terminal.open(host);
    terminal.textarea?.setAttribute('aria-label', label);
    terminal.onData((data) => owner.typed(new TextEncoder().encode(data)));
    terminal.onBinary((data) => owner.typed(Uint8Array.from(data, (char) => char.charCodeAt(0))));
    terminal.onResize(({ cols, rows }) => owner.resized(cols, rows));
    this.fit();
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** Takes the room that there is; does nothing while hidden. */
  fit(): void {
    const wanted = this.#fit.proposeDimensions();
    if (!wanted || Number.isNaN(wanted.cols) || Number.isNaN(wanted.rows)) return;
    this.#terminal.resize(Math.min(maxCells, Math.max(2, wanted.cols)), Math.min(maxCells, Math.max(1, wanted.rows)));
  }

  /** `parsed` is called when xterm has taken these bytes in; pieces are parsed one after the other. */
  write(bytes: Uint8Array, replay: boolean, parsed: () => void): void {
    // An empty write marks the border: its callback runs just before the next piece is parsed.
    this.#terminal.write('', () => {
      this.#replaying = replay;
    });
    this.#terminal.write(bytes, () => {
      this.#replaying = false;
      parsed();
    });
  }

  /** A line of ours between the output. */
  tell(line: string): void {
    this.#terminal.write(`\r\n\x1b[0;7m ${line} \x1b[0m\r\n`);
  }

  /** Empties the screen for another generation of the lab. */
  clear(): void {
    // Written, not called, so that it comes after the pieces that still wait.
    this.#terminal.write('\x1bc\x1b[3J');
  }

  focus(): void {
    this.#terminal.focus();
  }
}

/** False keeps a key from the shell. */
function handleKey(event: KeyboardEvent, terminal: Terminal, owner: ScreenOwner): boolean {
  if (event.type !== 'keydown') return event.key !== 'F6';
  if (event.key === 'F6') {
    event.preventDefault();
    owner.leave(event.shiftKey);
    return false;
  }
  if (event.ctrlKey && event.shiftKey && event.code === 'KeyC') {
    event.preventDefault();
    if (terminal.hasSelection()) void navigator.clipboard?.writeText(terminal.getSelection());
    return false;
  }
  // The browser pastes as text, and xterm takes it from there.
  if (event.ctrlKey && event.shiftKey && event.code === 'KeyV') return false;
  owner.key(event.key);
  return true;
}
