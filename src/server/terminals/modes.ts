const esc = 0x1b;
const cancel = 0x18;
const substitute = 0x1a;
const bell = 0x07;
const csi = 0x5b;
const osc = 0x5d;
/** After ESC: CSI, OSC, and the strings DCS, SOS, PM, APC. */
const introducers = new Set([csi, osc, ...Buffer.from('PX^_')]);

/** An unfinished sequence longer than this is a string whose content no screen needs. */
const longestPending = 1024;

/** DEC private modes that a screen must be in to show and to answer what comes as the program means it. */
const privateModes = [1, 6, 7, 25, 45, 66, 9, 1000, 1002, 1003, 1004, 1006, 1016, 2004];
const onByDefault = new Set([7, 25]);
/** Which styles an SGR code ends. */
const styleEnds: Readonly<Record<number, string[]>> = {
  ...{ 22: ['1', '2'], 23: ['3'], 24: ['4', '21'], 25: ['5'], 27: ['7'], 28: ['8'], 29: ['9'], 55: ['53'] },
  ...{ 39: ['38'], 49: ['48'], 59: ['58'] },
};
const alternateScreens = [47, 1047, 1049];

/**
 * Follows a terminal's output and knows in which modes it leaves a screen: alternate screen, colours, cursor keys, mouse,
 * bracketed paste, scroll region, character sets. Not what stands on the screen: full-screen programs paint that anew.
 */
export class Modes {
  #private = new Map<number, boolean>();
  #isAlternate = false;
  /** SGR, by what it sets. */
  #style = new Map<string, string>();
  #insert = false;
  #region = '';
  #cursor = '';
  #charsets = new Map<string, string>();
  #shifted = false;
  /** Bytes of a sequence or of a character that has not ended. */
  #pending: number[] = [];

  get isAlternate(): boolean {
    return this.#isAlternate;
  }

  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#pending[0] === esc) at = this.#continue(bytes, at);
      else {
        const next = bytes.indexOf(esc, at);
        const end = next < 0 ? bytes.length : next;
        this.#text(bytes.subarray(at, end));
        if (next >= 0) this.#pending = [esc];
        at = end + 1;
      }
    }
  }

  /** What brings a screen in any state into this one. */
  get restore(): Buffer {
    const mode = (n: number, on: boolean) => `\x1b[?${n}${on ? 'h' : 'l'}`;
    const known = privateModes.map((n) => [n, this.#private.get(n) ?? onByDefault.has(n)] as const);
    const text = [
      // Ends whatever sequence was under way, then takes back most of what can be set.
      '\x18\x1b[!p',
      this.#isAlternate ? '\x1b[?1049h' : '\x1b[?47l',
      this.#region ? `\x1b[${this.#region}r` : '',
      // All mouse modes are one: switching one off after another was switched on would end that, too.
      ...known.filter(([, on]) => !on).map(([n]) => mode(n, false)),
      ...known.filter(([, on]) => on).map(([n]) => mode(n, true)),
      this.#insert ? '\x1b[4h' : '',
      `\x1b[${this.#cursor || '0'} q`,
      ...[...this.#charsets].map(([slot, set]) => `\x1b${slot}${set}`),
      this.#shifted ? '\x0e' : '\x0f',
      `\x1b[0${[...this.#style.values()].map((code) => `;${code}`).join('')}m`,
    ].join('');
    return Buffer.concat([Buffer.from(text, 'latin1'), this.#open]);
  }

  /** The unfinished sequence, or one of the same kind. */
  get #open(): Buffer {
    if (this.#pending.length <= longestPending) return Buffer.from(this.#pending);
    // BEL ends an OSC and no other string; number 9999 means nothing to anybody.
    return Buffer.from(this.#pending[1] === osc ? '\x1b]9999;' : '\x1bX', 'latin1');
  }

  #text(text: Uint8Array): void {
    const out = text.lastIndexOf(0x0e);
    const back = text.lastIndexOf(0x0f);
    if (out !== back) this.#shifted = out > back;
    this.#pending = unfinishedCharacter(text.length > 2 ? text : Uint8Array.from([...this.#pending, ...text]));
  }

  /** Goes on in a sequence; answers where to go on after it. */
  #continue(bytes: Uint8Array, from: number): number {
    const kind = this.#pending[1];
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === cancel || byte === substitute) return this.#end(at + 1);
      if (byte === esc) {
        this.#pending = [esc];
        return at + 1;
      }
      if (kind === undefined || kind === csi || isIntermediate(kind)) {
        // Control characters inside are carried out and do not belong to it.
        if (byte < 0x20) continue;
        this.#push(byte);
        // What kind of sequence it is decides how it goes on.
        if (kind === undefined && (introducers.has(byte) || isIntermediate(byte))) return at + 1;
        if (kind === csi ? byte < 0x40 : isIntermediate(byte)) continue;
        if (kind === csi) this.#csi();
        else this.#escape();
        return this.#end(at + 1);
      }
      if (byte === bell && kind === osc) return this.#end(at + 1);
      this.#push(byte);
    }
    return bytes.length;
  }

  #push(byte: number): void {
    if (this.#pending.length <= longestPending) this.#pending.push(byte);
  }

  #end(next: number): number {
    this.#pending = [];
    return next;
  }

  #escape(): void {
    const text = String.fromCharCode(...this.#pending.slice(1));
    if (text === 'c') this.#reset();
    else if (text === '=' || text === '>') this.#private.set(66, text === '=');
    else if (/^[()*+]./.test(text)) this.#charsets.set(text[0] ?? '', text[1] ?? '');
  }

  #csi(): void {
    const text = String.fromCharCode(...this.#pending.slice(2));
    const [, prefix = '', params = '', final = ''] = /^([?<=>]?)([\d;:]*)([ !$"']*[@-~])$/.exec(text) ?? [];
    if (prefix === '?' && (final === 'h' || final === 'l')) {
      for (const n of params.split(';')) this.#setPrivate(Number(n), final === 'h');
    } else if (prefix !== '') return;
    else if (final === 'm') this.#paint(params);
    else if (final === 'h' || final === 'l') {
      if (params.split(';').includes('4')) this.#insert = final === 'h';
    } else if (final === 'r') this.#region = params;
    else if (final === ' q') this.#cursor = params;
    else if (final === '!p') this.#softReset();
  }

  #setPrivate(n: number, on: boolean): void {
    if (alternateScreens.includes(n)) {
      this.#isAlternate = on;
      // Each screen has a region of its own, and the alternate one begins without.
      this.#region = '';
    } else if (privateModes.includes(n)) {
      if (isMouse(n)) for (const other of privateModes.filter(isMouse)) this.#private.delete(other);
      this.#private.set(n, on);
    }
  }

  #paint(params: string): void {
    const codes = params.split(';');
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at] ?? '';
      const n = Number.parseInt(code || '0', 10);
      if ((n === 38 || n === 48 || n === 58) && !code.includes(':')) {
        const length = codes[at + 1] === '2' ? 5 : 3;
        this.#style.set(`${n}`, codes.slice(at, at + length).join(';'));
        at += length - 1;
      } else this.#paintOne(n, code);
    }
  }

  #paintOne(n: number, code: string): void {
    if (n === 0) this.#style.clear();
    else if (styleEnds[n]) for (const key of styleEnds[n]) this.#style.delete(key);
    else if ((n >= 30 && n <= 38) || (n >= 90 && n <= 97)) this.#style.set('38', code);
    else if ((n >= 40 && n <= 48) || (n >= 100 && n <= 107)) this.#style.set('48', code);
    else if (n < 10 || n === 21 || n === 53 || n === 58) this.#style.set(`${n}`, code);
  }

  #softReset(): void {
    for (const n of [1, 6, 7, 25, 66]) this.#private.delete(n);
    this.#style.clear();
    this.#charsets.clear();
    this.#insert = false;
    this.#shifted = false;
    this.#region = '';
  }

  #reset(): void {
    this.#softReset();
    this.#private.clear();
    this.#cursor = '';
    this.#isAlternate = false;
  }
}

function isIntermediate(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x2f;
}

function isMouse(mode: number): boolean {
  return mode === 9 || (mode >= 1000 && mode <= 1003);
}

/** The bytes of a UTF-8 character that the text ends in the middle of. */
function unfinishedCharacter(text: Uint8Array): number[] {
  for (let back = 1; back <= Math.min(3, text.length); back++) {
    const byte = text[text.length - back] as number;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? [...text.subarray(-back)] : [];
    if (byte < 0x80) return [];
  }
  return [];
}
