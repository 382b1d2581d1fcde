import type { Terminal } from '@xterm/xterm';

const escapeByte = 0x1b;
/** First byte, in UTF-8, of the characters that stand for ESC and a letter. */
const control = 0xc2;

/** So much since the last painting is a flood, bytes: two screens full. */
export const floodBytes = 8 * 1024;
/** When nothing has come for so long, the flood is over, ms. */
export const quietMs = 16;
/** A flood is painted after so many times of that: painting costs more than parsing what came in between. */
export const patience = 5;
/** xterm.js holds a picture no longer than this, ms. */
const longestHoldMs = 1000;

/** Synchronized output, a DEC private mode; named twice, so that a program's own use of it is told from ours. */
const mode = 2026;
export const hold = `\x1b[?${mode};${mode}h`;
export const release = `\x1b[?${mode};${mode}l`;

/** Paints a flood some ten times a second instead of sixty; what is less than a flood is painted at once. */
export class PaintPace implements Disposable {
  readonly #terminal: Terminal;
  #state: 'free' | 'held' | 'due' | 'painting' = 'free';
  /** Bytes since the last painting. */
  #since = 0;
  #seen = 0;
  #looks = 0;
  #canSpeak = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When a program chose its pictures itself. */
  #ownAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    terminal.onRender(() => {
      this.#since = 0;
      if (this.#state === 'painting') this.#state = 'free';
    });
    terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => {
      if (params.includes(mode) && params[0] !== params[1]) this.#ownAt = Date.now();
      return false;
    });
  }

  /** Output was written; `isInString` says that it ended within a string of a control sequence. */
  wrote(bytes: Uint8Array, isInString: boolean): void {
    this.#since += bytes.length;
    const isFlood = this.#state === 'free' && this.#since > floodBytes;
    if (isFlood || this.#state !== 'free') this.#canSpeak = !isInString && endsBetween(bytes);
    if (!this.#canSpeak) return;
    if (this.#state === 'due') this.#release();
    else if (isFlood && Date.now() - this.#ownAt > longestHoldMs) this.#hold();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #hold(): void {
    this.#state = 'held';
    this.#looks = 0;
    this.#seen = this.#since;
    this.#terminal.write(hold);
    this.#timer = setTimeout(() => this.#look(), quietMs);
  }

  #look(): void {
    const isQuiet = this.#since === this.#seen;
    this.#seen = this.#since;
    if (!isQuiet && ++this.#looks < patience) {
      this.#timer = setTimeout(() => this.#look(), quietMs);
    } else if (this.#canSpeak) this.#release();
    else this.#state = 'due';
  }

  #release(): void {
    this.#state = 'painting';
    this.#terminal.write(release);
  }
}

/** Whether no sequence and no character is under way behind these bytes; no, also, when that is not easily told. */
export function endsBetween(bytes: Uint8Array): boolean {
  const last = bytes.at(-1) ?? 0x80;
  const begun = Math.max(bytes.lastIndexOf(escapeByte), bytes.lastIndexOf(control)) + 1;
  // Behind ESC and a byte, and behind half a sequence, a letter is the end.
  return last < 0x80 && bytes.subarray(begun + 1).some((byte) => byte >= 0x40 && byte < 0x7f);
}
