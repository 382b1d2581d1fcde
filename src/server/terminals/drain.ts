/** Without output for so long a flood has ended, ms; a shell that tells of its prompt is not waited for. */
const quietMs = 100;
/** A program that goes on printing after Ctrl-C means to, ms. */
const patienceMs = 2000;

/**
 * From Ctrl-C in a flood until the flood has ended. Half a megabyte of it stands in the pipes and sockets between the
 * program and us; to show that would take longer than to read it.
 */
export class Drain implements Disposable {
  readonly #onEnd: () => void;
  #quiet: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  begin(): void {
    this.#patience ??= setTimeout(() => this.end(), patienceMs);
    this.noteOutput();
  }

  noteOutput(): void {
    if (!this.#patience) return;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.end(), quietMs);
  }

  end(): void {
    if (!this.#patience) return;
    this[Symbol.dispose]();
    this.#onEnd();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }
}
