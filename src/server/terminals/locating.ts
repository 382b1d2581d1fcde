/** A shell that was told to go elsewhere has printed something by then, ms. */
const afterOutputMs = 250;
/** Looks follow each other at most so closely for a while after a line was typed, and else, ms. */
const closelyMs = 500;
const rarelyMs = 4000;
const whileMs = 5000;

/** What ends a line and may begin or end a shell: Enter, Ctrl-D. */
const lineEnds = [0x0d, 0x0a, 0x04];

/** When to look where a lab's shells stand: after output, more closely when a line was typed before it; never twice at once. */
export class Locating implements Disposable {
  readonly #look: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #typedAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #disposed = false;

  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  noteInput(bytes: Uint8Array): void {
    if (lineEnds.some((end) => bytes.includes(end))) this.#typedAt = performance.now();
  }

  noteOutput(): void {
    const now = performance.now();
    const every = now - this.#typedAt < whileMs ? closelyMs : rarelyMs;
    if (!this.#disposed)
      this.#timer ??= setTimeout(() => this.#now(), Math.max(afterOutputMs, this.#lookedAt + every - now));
  }

  /** Resolves when nothing that was typed or printed by now is unknown. */
  async current(): Promise<void> {
    if (!this.#timer && this.#typedAt < this.#lookedAt) await this.#looking;
    else await this.#now();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #now(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const looking = (this.#looking ?? Promise.resolve())
      .then(() => {
        this.#lookedAt = performance.now();
        return this.#disposed ? undefined : this.#look();
      })
      .finally(() => {
        if (this.#looking === looking) this.#looking = undefined;
      });
    this.#looking = looking;
    return looking;
  }
}
