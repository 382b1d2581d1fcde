import { FitAddon } from '@xterm/addon-fit';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { maxCells } from '../../shared/terminal-protocol.ts';
import { waitForPaints } from './between-paints.ts';
import { guard } from './guards.ts';
import { copySelection, handleKeys, type KeyOwner } from './keys.ts';
import { LongStrings } from './long-strings.ts';
import { PaintPace } from './paint-pace.ts';
import { onPreferences, preferences } from './preferences.ts';
import { darkPageTheme, darkTheme, lightTheme } from './theme.ts';
import { drawByWebgl } from './webgl.ts';
import { ShellWidths } from './widths.ts';

/** Lines kept above the screen; the server replays at most 1 MiB. */
const scrollback = 5000;
const fontFamily = '"JetBrains Mono Variable", ui-monospace, "Noto Sans Mono CJK SC", monospace';
/** Smallest letters of a picture that is scaled, pixels. */
const smallestScaled = 4;
/** xterm.js looks at the clock between pieces of this size, bytes. */
const slice = 16 * 1024;
/** Who prints this much is worth a quicker renderer, bytes. */
const muchOutput = 512 * 1024;

export interface ScreenOwner extends KeyOwner {
  typed(bytes: Uint8Array): void;
  focused(): void;
}

/** xterm.js as the lab needs it: safe to look at, comfortable to type in. */
export class Screen implements Disposable {
  readonly terminal: Terminal;
  readonly #host: HTMLElement;
  readonly #fit = new FitAddon();
  readonly #stop = new AbortController();
  readonly #pace: PaintPace;
  #strings = new LongStrings();
  #replaying = false;
  #written = 0;
  /** The size of somebody else's window, whose picture is scaled into ours. */
  #shown: { columns: number; rows: number } | undefined;

  constructor(host: HTMLElement, label: string, owner: ScreenOwner) {
    this.#host = host;
    const terminal = new Terminal({
      fontFamily,
      lineHeight: 1.2,
      scrollback,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      // For `unicode` and `markers`.
      allowProposedApi: true,
      linkHandler: { activate: (_, url) => void openLink(url) },
    });
    this.terminal = terminal;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(new WebLinksAddon((_, url) => void openLink(url)));
    terminal.unicode.register(new ShellWidths());
    terminal.unicode.activeVersion = 'shell';
    guard(terminal, () => this.#replaying);
    this.#pace = new PaintPace(terminal);
    handleKeys(terminal, owner);
    terminal.open(host);
    waitForPaints(terminal);
    terminal.textarea?.setAttribute('aria-label', label);
    this.#listen(owner);
    this.#look();
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.terminal.cols, rows: this.terminal.rows };
  }

  /** Takes the room that there is and says how large that is; a hidden one stays as it is. */
  fit(): { columns: number; rows: number } {
    this.#shown = undefined;
    this.terminal.options.fontSize = preferences().fontSize;
    const wanted = this.#fit.proposeDimensions();
    if (wanted && !Number.isNaN(wanted.cols) && !Number.isNaN(wanted.rows)) {
      this.terminal.resize(within(2, wanted.cols), within(1, wanted.rows));
    }
    return this.size;
  }

  /** Shows somebody else's window in the room that there is, by smaller letters. */
  show(columns: number, rows: number): void {
    this.#shown = { columns, rows };
    const { fontSize } = preferences();
    this.terminal.options.fontSize = fontSize;
    this.terminal.resize(columns, rows);
    const drawn = this.#host.querySelector('.xterm-screen')?.getBoundingClientRect();
    const room = this.#host.getBoundingClientRect();
    if (!drawn?.width || !room.width) return;
    const scale = Math.min(1, room.width / drawn.width, room.height / drawn.height);
    this.terminal.options.fontSize = Math.max(smallestScaled, Math.floor(fontSize * scale * 4) / 4);
  }

  /** After the room has changed. Says the new size when it is ours to choose. */
  adapt(): { columns: number; rows: number } | undefined {
    if (!this.#shown) return this.fit();
    this.show(this.#shown.columns, this.#shown.rows);
    return undefined;
  }

  /** `parsed` is called when xterm has taken these bytes in; pieces are parsed one after the other. */
  write(bytes: Uint8Array, replay: boolean, parsed: () => void): void {
    // An empty write marks the border: its callback runs just before the next piece is parsed.
    this.terminal.write('', () => {
      this.#replaying = replay;
    });
    const done = () => {
      this.#replaying = false;
      parsed();
    };
    const short = this.#strings.cut(bytes);
    for (let at = 0; at === 0 || at < short.length; at += slice) {
      this.terminal.write(short.subarray(at, at + slice), at + slice < short.length ? undefined : done);
    }
    this.#pace.wrote(short, this.#strings.isInside);
    const before = this.#written;
    this.#written += bytes.length;
    if (before < muchOutput && this.#written >= muchOutput) void drawByWebgl(this.terminal);
  }

  /** Text of ours between the output. */
  tell(line: string): void {
    this.#strings = new LongStrings();
    this.terminal.write(`\r\n\x1b[0;7m ${line} \x1b[0m\r\n`);
  }

  /** Empties the screen for another generation of the lab. */
  clear(): void {
    this.#strings = new LongStrings();
    // Written, not called, so that it comes after the pieces that still wait.
    this.terminal.write('\x1bc\x1b[3J');
  }

  focus(): void {
    this.terminal.focus();
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#pace[Symbol.dispose]();
    this.terminal.dispose();
  }

  #listen(owner: ScreenOwner): void {
    const { terminal } = this;
    const { signal } = this.#stop;
    terminal.onData((data) => owner.typed(new TextEncoder().encode(data)));
    terminal.onBinary((data) => owner.typed(Uint8Array.from(data, (char) => char.charCodeAt(0))));
    terminal.onBell(() => this.#flash());
    terminal.onSelectionChange(() => {
      if (preferences().copyOnSelect) copySelection(terminal);
    });
    this.#host.addEventListener('focusin', () => owner.focused(), { signal });
    this.#host.addEventListener('paste', (event) => this.#paste(event), { signal, capture: true });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#look(), { signal });
    onPreferences(() => this.#look(), signal);
  }

  #look(): void {
    const { fontSize, screenReader, followPage } = preferences();
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    const isLight = followPage && !dark;
    this.terminal.options.theme = isLight ? lightTheme : dark ? darkPageTheme : darkTheme;
    // Programs choose their colors for a dark ground.
    this.terminal.options.minimumContrastRatio = isLight ? 4.5 : 1;
    this.terminal.options.screenReaderMode = screenReader;
    document.documentElement.dataset.terminals = followPage ? 'page' : 'dark';
    if (!this.#shown) this.terminal.options.fontSize = fontSize;
    this.#host.dispatchEvent(new CustomEvent('room', { bubbles: true }));
  }

  #flash(): void {
    if (this.#host.dataset.bell) return;
    this.#host.dataset.bell = 'rings';
    setTimeout(() => delete this.#host.dataset.bell, 300);
  }

  #paste(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    // No text that is pasted may end the paste and go on as if typed.
    const text = event.clipboardData?.getData('text/plain').replaceAll('\x1b', '') ?? '';
    if (/[\r\n]/.test(text)) void this.#pasteLines(text);
    else if (text) this.terminal.paste(text);
  }

  async #pasteLines(text: string): Promise<void> {
    const { agreed } = await import('../questions.ts');
    if (await agreed('paste', text)) this.terminal.paste(text);
    this.focus();
  }
}

function within(least: number, cells: number): number {
  return Math.min(maxCells, Math.max(least, cells));
}

/** Shows where a link leads before it is followed; what is no web address leads nowhere. */
async function openLink(link: string): Promise<void> {
  const url = URL.parse(link);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return;
  const { agreed } = await import('../questions.ts');
  if (await agreed('link', url.href)) window.open(url, '_blank', 'noopener,noreferrer');
}
