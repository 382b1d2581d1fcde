import type { PtySize } from './pty.ts';

/** A window that is dragged has hundreds of sizes a second; the shell is told one in this time, ms. */
const everyMs = 50;

/** The size of a terminal: the first one is told at once, then the last of each 50 ms. */
export class SteadySize implements Disposable {
  readonly #tell: (size: PtySize) => void;
  #told: PtySize;
  #wanted: PtySize;
  #timer: NodeJS.Timeout | undefined;

  constructor(size: PtySize, tell: (size: PtySize) => void) {
    this.#told = size;
    this.#wanted = size;
    this.#tell = tell;
  }

  /** The size that holds, or will in a moment. */
  get size(): PtySize {
    return this.#wanted;
  }

  want({ columns, rows }: PtySize): void {
    this.#wanted = { columns, rows };
    if (!this.#timer) this.#settle();
  }

  /** Makes a full-screen program paint everything anew: it does that for another size, and for nothing else. */
  redraw(): void {
    const { columns, rows } = this.#wanted;
    this.#say({ columns, rows: rows > 1 ? rows - 1 : 2 });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #settle(): void {
    this.#timer = undefined;
    if (this.#told.columns !== this.#wanted.columns || this.#told.rows !== this.#wanted.rows) this.#say(this.#wanted);
  }

  #say(size: PtySize): void {
    this.#told = size;
    this.#tell(size);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), everyMs);
  }
}
