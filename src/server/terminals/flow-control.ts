import type { Scrollback } from './scrollback.ts';

/** Bytes on their way to a viewer that its page has not parsed yet; a page parses this in about a frame or two. */
export const windowBytes = 128 * 1024;
/** One output frame. Smaller frames let input and resizes through in between. */
const frameBytes = 32 * 1024;
/** When even the quickest viewer is this far behind, the shell is paused … */
export const highWaterBytes = 512 * 1024;
/** … until he is this near again. */
export const lowWaterBytes = 128 * 1024;
/** Less than this is not worth a gap when the learner interrupts. */
const interruptKeepBytes = 16 * 1024;

export interface CursorSink {
  output(offset: number, bytes: Uint8Array): void;
  gap(from: number, to: number): void;
  /** After a gap: what brings the screen into the modes that hold behind it. */
  modes(bytes: Uint8Array): void;
}

/**
 * A viewer's place in a terminal's output. It reads from the scrollback itself, so that nothing is queued per viewer and
 * memory stays bounded however slow he is; what was overwritten before he came to it is told as a gap.
 */
export class Cursor {
  readonly #scrollback: Scrollback;
  readonly #sink: CursorSink;
  /** Frames that the page has not parsed yet; at most a window full. */
  #flying: { end: number; length: number }[] = [];
  #next: number;

  constructor(scrollback: Scrollback, from: number, sink: CursorSink) {
    this.#scrollback = scrollback;
    this.#sink = sink;
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

  get #inFlight(): number {
    return this.#flying.reduce((sum, frame) => sum + frame.length, 0);
  }

  /** The page has parsed everything before this offset. Acknowledging what was never sent changes nothing. */
  ack(offset: number): void {
    if (offset <= this.#next) this.#flying = this.#flying.filter(({ end }) => end > offset);
    this.pump();
  }

  /** Sends what the window allows. */
  pump(): void {
    if (this.#next < this.#scrollback.start) this.#skipTo(this.#scrollback.start);
    while (this.#next < this.#scrollback.end && this.#inFlight < windowBytes) {
      const bytes = this.#scrollback.read(this.#next, frameBytes);
      const offset = this.#next;
      this.#next += bytes.length;
      this.#flying.push({ end: this.#next, length: bytes.length });
      this.#sink.output(offset, bytes);
    }
  }

  /** The learner pressed Ctrl-C: what has not been sent yet is dropped, so that the prompt comes at once. */
  interrupt(): void {
    if (this.#scrollback.end - this.#next > interruptKeepBytes) this.#skipTo(this.#scrollback.end);
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
