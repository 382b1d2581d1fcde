/** How long a place is kept for a learner who has no page open. */
const graceMs = 15_000;

export interface Waiting {
  learnerId: string;
  specId: string;
}

/** Learners for whom there is no room, first come first served. */
export class Queue implements Disposable {
  readonly #waiting: Waiting[] = [];
  readonly #present = new Set<string>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  readonly #onMove: (learnerId: string, position: number) => void;

  constructor(onMove: (learnerId: string, position: number) => void) {
    this.#onMove = onMove;
  }

  [Symbol.dispose](): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Adds the learner at the end, or changes what he waits for; answers his place, from 1. */
  add(entry: Waiting): number {
    const index = this.#waiting.findIndex((other) => other.learnerId === entry.learnerId);
    if (index >= 0) this.#waiting[index] = entry;
    else this.#waiting.push(entry);
    if (!this.#present.has(entry.learnerId)) this.#leaveLater(entry.learnerId);
    return this.position(entry.learnerId);
  }

  /** His place from 1; 0 when he does not wait. */
  position(learnerId: string): number {
    return this.#waiting.findIndex((other) => other.learnerId === learnerId) + 1;
  }

  remove(learnerId: string): void {
    this.#stay(learnerId);
    const index = this.#waiting.findIndex((other) => other.learnerId === learnerId);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    for (const [place, other] of this.#waiting.entries()) this.#onMove(other.learnerId, place + 1);
  }

  /** Who is next; he stays until he is removed. */
  get first(): Waiting | undefined {
    return this.#waiting[0];
  }

  /** The learner's last page has gone, or one is here again. */
  setPresent(learnerId: string, present: boolean): void {
    if (present) {
      this.#present.add(learnerId);
      this.#stay(learnerId);
    } else {
      this.#present.delete(learnerId);
      if (this.position(learnerId) > 0) this.#leaveLater(learnerId);
    }
  }

  #leaveLater(learnerId: string): void {
    this.#stay(learnerId);
    this.#leaving.set(learnerId, setTimeout(() => this.remove(learnerId), graceMs).unref());
  }

  #stay(learnerId: string): void {
    clearTimeout(this.#leaving.get(learnerId));
    this.#leaving.delete(learnerId);
  }
}
