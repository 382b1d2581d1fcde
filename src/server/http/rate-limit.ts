import { ProblemError } from './problems.ts';

/** At most so many uses per key in a span of time (ms). */
export class RateLimit {
  readonly #most: number;
  readonly #span: number;
  readonly #uses = new Map<string, number[]>();

  constructor(most: number, span: number) {
    this.#most = most;
    this.#span = span;
  }

  /** Counts a use. @throws {ProblemError} when it is one too many. */
  use(key: string): void {
    const now = Date.now();
    if (this.#uses.size > 10_000) this.#uses.clear();
    const recent = (this.#uses.get(key) ?? []).filter((at) => now - at < this.#span);
    if (recent.length >= this.#most) throw new ProblemError('too-many-requests', 'Too many; wait ten seconds.');
    this.#uses.set(key, [...recent, now]);
  }
}
