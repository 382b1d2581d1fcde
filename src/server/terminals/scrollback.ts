/** What a terminal printed last. Offsets count from the first byte it ever printed. */
export class Scrollback {
  readonly #capacity: number;
  readonly #ring: Buffer;
  #end: number;
  /** Bytes before this offset are not kept. */
  #start: number;

  /** @param capacity bytes kept; @param start offset of the first byte to come. */
  constructor(capacity: number, start = 0) {
    this.#capacity = capacity;
    this.#ring = Buffer.alloc(capacity);
    this.#start = start;
    this.#end = start;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    // Only the tail of what is larger than the ring can be kept.
    const kept = bytes.length > this.#capacity ? bytes.subarray(bytes.length - this.#capacity) : bytes;
    this.#end += bytes.length - kept.length;
    const at = this.#end % this.#capacity;
    const head = Math.min(kept.length, this.#capacity - at);
    this.#ring.set(kept.subarray(0, head), at);
    this.#ring.set(kept.subarray(head), 0);
    this.#end += kept.length;
    this.#start = Math.max(this.#start, this.#end - this.#capacity);
  }

  /** A copy of at most `max` bytes from `offset`, which must lie between start and end. */
  read(offset: number, max: number): Buffer {
    if (offset < this.#start || offset > this.#end) throw new RangeError(`offset ${offset} is not kept`);
    const length = Math.min(max, this.#end - offset);
    const at = offset % this.#capacity;
    const head = Math.min(length, this.#capacity - at);
    return Buffer.concat([this.#ring.subarray(at, at + head), this.#ring.subarray(0, length - head)]);
  }
}
