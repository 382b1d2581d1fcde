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
}

/**
 * A viewer's place in a terminal's output. It reads from the scrollback itself, so that nothing is queued per viewer and
 * memory stays bounded however slow he is; what was overwritten before he came to it is told as a gap.
 */
export class Cursor {
  readonly #scrollback: Scrollback;
  readonly #sink: CursorSink;
  #sent: number;
  #acked: number;

  constructor(scrollback: Scrollback, from: number, sink: CursorSink) {
    this.#scrollback = scrollback;
    this.#sink = sink;
    // An offset from another life of the terminal: begin with what is kept.
    this.#sent = from > scrollback.end ? scrollback.start : from;
    this.#acked = this.#sent;
  }

  /** Bytes that the page has not parsed yet. */
  get lag(): number {
    return this.#scrollback.end - this.#acked;
  }

  /** The page has parsed everything before this offset. Acknowledging what was never sent changes nothing. */
  ack(offset: number): void {
    if (offset > this.#acked && offset <= this.#sent) this.#acked = offset;
    this.pump();
  }

  /** Sends what the window allows. */
  pump(): void {
    if (this.#sent < this.#scrollback.start) this.#skipTo(this.#scrollback.start);
    while (this.#sent < this.#scrollback.end && this.#sent - this.#acked < windowBytes) {
      if (this.#sent === this.#scrollback.hole) {
        this.#skipTo(this.#sent + 1);
        continue;
      }
      const bytes = this.#scrollback.read(this.#sent, frameBytes);
      const offset = this.#sent;
      this.#sent += bytes.length;
      this.#sink.output(offset, bytes);
    }
  }

  /** The learner pressed Ctrl-C: what has not been sent yet is dropped, so that the prompt comes at once. */
  interrupt(): void {
    if (this.#scrollback.end - this.#sent > interruptKeepBytes) this.#skipTo(this.#scrollback.end);
  }

  #skipTo(offset: number): void {
    const from = this.#sent;
    this.#sent = offset;
    this.#acked = Math.max(this.#acked, Math.min(offset, this.#acked + offset - from));
    this.#sink.gap(from, offset);
  }
}

/** Whether the shell must wait, given how far behind each viewer is and whether it waits already. */
export function mustPause(lags: readonly number[], paused: boolean): boolean {
  if (lags.length === 0) return false;
  return Math.min(...lags) > (paused ? lowWaterBytes : highWaterBytes);
}
