import { Modes } from './modes.ts';

/** A viewer who fell out of the scrollback begins at one of these; so much of what is kept he loses at most. */
const markEveryBytes = 8 * 1024;

/** A place at which the output can be begun. */
export interface Mark {
  offset: number;
  /** Brings any screen into the modes that hold there. */
  modes: Uint8Array;
}

/** What a terminal printed last, and the modes its screen was in. Offsets count from the first byte it ever printed. */
export class Scrollback {
  readonly #capacity: number;
  readonly #ring: Buffer;
  readonly #modes = new Modes();
  #marks: Mark[];
  #end: number;
  /** Bytes before this offset are not kept. */
  #start: number;

  /** @param capacity bytes kept; @param start offset of the first byte to come, @param modes what it is printed in. */
  constructor(capacity: number, start = 0, modes: Uint8Array = new Uint8Array()) {
    this.#capacity = capacity;
    this.#ring = Buffer.alloc(capacity);
    this.#start = start;
    this.#end = start;
    this.#modes.feed(modes);
    this.#marks = [{ offset: start, modes }];
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** A full-screen program has the screen, and paints it anew when its size changes. */
  get isAlternate(): boolean {
    return this.#modes.isAlternate;
  }

  /** The first place from `offset` on where the output can be begun; the end when there is no other. */
  markFrom(offset: number): Mark {
    return this.#marks.find((mark) => mark.offset >= offset) ?? { offset: this.#end, modes: this.#modes.restore };
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += markEveryBytes) this.#append(bytes.subarray(at, at + markEveryBytes));
  }

  #append(bytes: Uint8Array): void {
    this.#modes.feed(bytes);
    // Only the tail of what is larger than the ring can be kept.
    const kept = bytes.length > this.#capacity ? bytes.subarray(bytes.length - this.#capacity) : bytes;
    this.#end += bytes.length - kept.length;
    const at = this.#end % this.#capacity;
    const head = Math.min(kept.length, this.#capacity - at);
    this.#ring.set(kept.subarray(0, head), at);
    this.#ring.set(kept.subarray(head), 0);
    this.#end += kept.length;
    this.#start = Math.max(this.#start, this.#end - this.#capacity);
    this.#mark();
  }

  /** A copy of at most `max` bytes from `offset`, which must lie between start and end. */
  read(offset: number, max: number): Buffer {
    if (offset < this.#start || offset > this.#end) throw new RangeError(`offset ${offset} is not kept`);
    const length = Math.min(max, this.#end - offset);
    const at = offset % this.#capacity;
    const head = Math.min(length, this.#capacity - at);
    return Buffer.concat([this.#ring.subarray(at, at + head), this.#ring.subarray(0, length - head)]);
  }

  #mark(): void {
    const last = this.#marks.at(-1)?.offset ?? Number.NEGATIVE_INFINITY;
    if (this.#end - last < markEveryBytes) return;
    this.#marks = this.#marks.slice(this.#marks.findIndex(({ offset }) => offset >= this.#start));
    this.#marks.push({ offset: this.#end, modes: this.#modes.restore });
  }
}
