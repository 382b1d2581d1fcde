import type { Scrollback } from './scrollback.ts';

const kib = 1024;
/**
 * Bytes on their way to a viewer that his page has not parsed yet: more while they arrive quickly, fewer while they do
 * not. The most is what a quick page parses between two looks at its connection; the least fills a slow line.
 */
export const windowBytes = { least: 32 * kib, first: 128 * kib, most: 512 * kib };
/** What is under way when the learner presses Ctrl-C is still shown: so long it may take, ms. */
export const flightMs = 250;
/** One output frame. Smaller frames let input and resizes through in between. */
export const frameBytes = 32 * kib;
/** When even the quickest viewer is this far behind, the shell is paused; the scrollback must keep more … */
export const highWaterBytes = 768 * kib;
/** … until he is this near again. */
export const lowWaterBytes = 512 * kib;
/** Less than this is not worth a gap when the learner interrupts; what comes behind the gap is as long. */
export const interruptKeepBytes = 16 * kib;

export interface CursorSink {
  output(offset: number, bytes: Uint8Array): void;
  gap(from: number, to: number): void;
  /** After a gap: what brings the screen into the modes that hold behind it. */
  modes(bytes: Uint8Array): void;
}

interface Frame {
  end: number;
  length: number;
  sentAt: number;
}

/**
 * A viewer's place in a terminal's output. It reads from the scrollback itself, so that nothing is queued per viewer and
 * memory stays bounded however slow he is; what was overwritten before he came to it is told as a gap.
 */
export class Cursor {
  readonly #scrollback: Scrollback;
  readonly #sink: CursorSink;
  readonly #now: () => number;
  /** Frames that the page has not parsed yet; at most a window full. */
  #flying: Frame[] = [];
  #inFlight = 0;
  #window = windowBytes.first;
  #narrowedAt = Number.NEGATIVE_INFINITY;
  #next: number;
  #isHeld = false;

  constructor(scrollback: Scrollback, from: number, sink: CursorSink, now = () => performance.now()) {
    this.#scrollback = scrollback;
    this.#sink = sink;
    this.#now = now;
    // An offset from another life of the terminal: begin with what is kept.
    this.#next = from > scrollback.end ? 0 : from;
  }

  /** Offset of the first byte that was not sent. */
  get next(): number {
    return this.#next;
  }

  /** Bytes that the page has not parsed yet. */
  get lag(): number {
    return this.#scrollback.end - this.#next + this.#inFlight;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The page has parsed everything before this offset. Acknowledging what was never sent changes nothing. */
  ack(offset: number): void {
    if (offset <= this.#next) {
      const landed = this.#flying.filter(({ end }) => end <= offset);
      this.#flying = this.#flying.slice(landed.length);
      for (const { length } of landed) this.#inFlight -= length;
      this.#adapt(landed);
    }
    this.pump();
  }

  /** Sends what the window allows. A frame that is not full waits while a full one's worth is under way. */
  pump(): void {
    if (this.#isHeld) return;
    if (this.#next < this.#scrollback.start) this.#skipTo(this.#scrollback.start);
    while (this.#next < this.#scrollback.end && this.#inFlight < this.#window) {
      if (this.#scrollback.end - this.#next < frameBytes && this.#inFlight >= frameBytes) return;
      const bytes = this.#scrollback.read(this.#next, frameBytes);
      const offset = this.#next;
      this.#next += bytes.length;
      this.#flying.push({ end: this.#next, length: bytes.length, sentAt: this.#now() });
      this.#inFlight += bytes.length;
      this.#sink.output(offset, bytes);
    }
  }

  /** The learner pressed Ctrl-C: who has much to come gets no more of it until `release`. */
  hold(): void {
    this.#isHeld ||= this.lag > interruptKeepBytes;
  }

  /** Goes on with the last of what has come meanwhile: the prompt is there at once. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const tail = this.#scrollback.end - interruptKeepBytes;
    if (this.#next < tail) this.#skipTo(tail);
    this.pump();
  }

  #adapt(landed: readonly Frame[]): void {
    const last = landed.at(-1);
    if (!last) return;
    const now = this.#now();
    if (now - last.sentAt > flightMs) {
      // What was sent before the window became narrower says nothing about the new one.
      if (last.sentAt < this.#narrowedAt) return;
      this.#window = Math.max(windowBytes.least, this.#window / 2);
      this.#narrowedAt = now;
    } else if (this.#next < this.#scrollback.end) {
      const parsed = landed.reduce((sum, { length }) => sum + length, 0);
      this.#window = Math.min(windowBytes.most, this.#window + parsed);
    }
  }

  #skipTo(from: number): void {
    const { offset, modes } = this.#scrollback.markFrom(from);
    this.#sink.gap(this.#next, offset);
    this.#sink.modes(modes);
    this.#next = offset;
  }
}

/** Whether the shell must wait, given how far behind each viewer is and whether it waits already. */
export function mustPause(lags: readonly number[], paused: boolean): boolean {
  if (lags.length === 0) return false;
  return Math.min(...lags) > (paused ? lowWaterBytes : highWaterBytes);
}
