const bellByte = 0x07;
const escapeByte = 0x1b;
/** They end any sequence. */
const cancels = [0x18, 0x1a];
/** First byte, in UTF-8, of the characters that stand for ESC and a letter: U+009D is ESC ], U+009C is ESC \. */
const control = 0xc2;
const stringEnd = 0x9c;
const osc = ']'.charCodeAt(0);
/** What begins a string behind ESC: DCS, SOS, OSC, PM, APC. */
const begins = [...'PX]^_'].map((letter) => letter.charCodeAt(0));
/** A control character is its letter behind ESC and this. */
const controlOffset = 0x40;
/** Bytes of a string that reach xterm.js; longer titles and links are refused there. */
export const maxString = 4096;

/**
 * Cuts titles, images and other strings in control sequences where nobody reads on. xterm.js 6.0.0 keeps the first ten
 * million characters of each, an object for every one: half a gigabyte, and a page that collects garbage.
 */
export class LongStrings {
  /** Bytes of the string that is being read; undefined outside of one. */
  #length: number | undefined;
  #isOsc = false;
  #before = 0;

  /** The bytes that came last end within a string. */
  get isInside(): boolean {
    return this.#length !== undefined;
  }

  /** The bytes without what is too long. */
  cut(bytes: Uint8Array): Uint8Array {
    const isOutside = this.#length === undefined && this.#before !== escapeByte && this.#before !== control;
    if (isOutside && !bytes.includes(escapeByte) && !bytes.includes(control)) return bytes;
    const kept = new Uint8Array(bytes.length);
    let length = 0;
    for (const byte of bytes) if (this.#keeps(byte)) kept[length++] = byte;
    return length === bytes.length ? bytes : kept.subarray(0, length);
  }

  #keeps(byte: number): boolean {
    const before = this.#before;
    this.#before = byte;
    if (this.#length === undefined) {
      if (before === escapeByte || before === control) this.#begin(before === escapeByte ? byte : byte - controlOffset);
      return true;
    }
    if (this.#isEnd(before, byte)) this.#length = undefined;
    else this.#length++;
    // Half of a control character must not get lost: the other half may end the string.
    return this.#length === undefined || this.#length <= maxString || byte === control;
  }

  #begin(letter: number): void {
    if (!begins.includes(letter)) return;
    this.#length = 0;
    this.#isOsc = letter === osc;
  }

  #isEnd(before: number, byte: number): boolean {
    if (byte === escapeByte || cancels.includes(byte) || (before === control && byte === stringEnd)) return true;
    return byte === bellByte && this.#isOsc;
  }
}
