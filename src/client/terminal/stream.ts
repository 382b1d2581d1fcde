import { type ServerFrame, unknownLoss } from '../../shared/terminal-protocol.ts';

/** What the screen has to show next, in order. */
export type Piece =
  | {
      kind: 'bytes';
      bytes: Uint8Array;
      /** Offset after the last byte; acknowledged once these bytes are parsed. */
      end: number;
      /** Printed before this viewer attached: queries in it were answered long ago, if at all. */
      replay: boolean;
    }
  | { kind: 'gap'; bytes: number }
  /** Brings the screen into the modes that hold from here on; nothing to acknowledge. */
  | { kind: 'modes'; bytes: Uint8Array }
  /** The server was away: everything that it has kept follows, then `lost`, then what is new. */
  | { kind: 'anew' }
  | { kind: 'lost' };

/**
 * Puts a terminal's output together by its offsets: nothing is shown twice after a reconnect, and whatever is missing
 * is told. One stream lasts for one generation of the lab.
 */
export class TerminalStream {
  #next = 0;
  #liveFrom = 0;
  #isAnew = false;

  /** Offset of the first byte that is still wanted; a viewer attaches from here. */
  get next(): number {
    return this.#next;
  }

  take(frame: ServerFrame): Piece[] {
    if (frame.type === 'state') {
      this.#liveFrom = frame.state.liveFrom;
      // It knows less than we have seen: nothing was kept of that.
      return this.#liveFrom < this.#next ? this.#beginAnew(0) : [];
    }
    if (frame.type === 'modes') return [{ kind: 'modes', bytes: frame.bytes }];
    return frame.type === 'gap' ? this.#skip(frame.to) : this.#append(frame.offset, frame.bytes);
  }

  #skip(to: number): Piece[] {
    const bytes = to - this.#next;
    if (bytes <= 0) return [];
    if (bytes >= unknownLoss) return this.#beginAnew(to);
    this.#next = to;
    return [{ kind: 'gap', bytes }];
  }

  #beginAnew(from: number): Piece[] {
    this.#next = from;
    this.#isAnew = true;
    return [{ kind: 'anew' }];
  }

  #append(offset: number, bytes: Uint8Array): Piece[] {
    const end = offset + bytes.length;
    if (end <= this.#next) return [];
    const pieces = this.#skip(offset);
    const fresh = bytes.subarray(this.#next - offset);
    const old = Math.min(fresh.length, Math.max(0, this.#liveFrom - this.#next));
    if (old > 0) pieces.push({ kind: 'bytes', bytes: fresh.subarray(0, old), end: this.#next + old, replay: true });
    this.#next += old;
    if (this.#isAnew && this.#next >= this.#liveFrom) {
      this.#isAnew = false;
      pieces.push({ kind: 'lost' });
    }
    if (old < fresh.length) pieces.push({ kind: 'bytes', bytes: fresh.subarray(old), end, replay: false });
    this.#next = end;
    return pieces;
  }
}
