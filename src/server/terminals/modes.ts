const esc = 0x1b;
const bell = 0x07;
const cancel = 0x18;
const substitute = 0x1a;
const csi = 0x5b;
const osc = 0x5d;
const [sgr = 0] = Buffer.from('m');
/** Finals of the control sequences that switch modes; those that move the cursor or erase are most. */
const switches = new Set(Buffer.from('hlrqp'));
/** Strings after ESC: OSC, DCS, SOS, PM, APC. */
const strings = new Set(Buffer.from(']PX^_'));

/** Of an unfinished sequence longer than this only the kind is kept: it is a string that changes no mode. */
const longestOpen = 1024;
/** Styles are put together when somebody asks, or when they are so many. */
const mostStyles = 64;

/** DEC private modes that a screen must be in to show, and to send, what the program means. */
const privateModes = [1, 6, 7, 25, 45, 66, 9, 1000, 1002, 1003, 1004, 1006, 1016, 2004];
const onByDefault = new Set([7, 25]);
const alternateScreens = [47, 1047, 1049];
/** Which styles an SGR code ends. */
const styleEnds: Readonly<Record<number, string[]>> = {
  ...{ 22: ['1', '2'], 23: ['3'], 24: ['4', '21'], 25: ['5'], 27: ['7'], 28: ['8'], 29: ['9'], 55: ['53'] },
  ...{ 39: ['38'], 49: ['48'], 59: ['58'] },
};

/**
 * Follows a terminal's output and knows in which modes it leaves a screen: alternate screen, colours, cursor keys, mouse,
 * bracketed paste, scroll region, character sets. Not what stands on the screen: full-screen programs paint that anew.
 */
export class Modes {
  #private = new Map<number, boolean>();
  #isAlternate = false;
  /** Parameters of SGR sequences since the last that took everything back. */
  #styles: string[] = [];
  #insert = false;
  #region = '';
  #cursor = '';
  #charsets = new Map<string, string>();
  #shifted = false;
  /** In the bytes that are fed: where the sequence that is carried out ends, and the last one that took shifts back. */
  #at = 0;
  #resetAt = 0;
  /** A sequence or a character that has not ended. */
  #open: Uint8Array = new Uint8Array();
  /** Second byte of a long string that has not ended. */
  #inString: number | undefined;

  get isAlternate(): boolean {
    return this.#isAlternate;
  }

  feed(bytes: Uint8Array): void {
    const all = this.#open.length > 0 ? Buffer.concat([this.#open, bytes]) : bytes;
    this.#open = new Uint8Array();
    this.#resetAt = 0;
    this.#sequences(all);
    const out = all.lastIndexOf(0x0e);
    const back = all.lastIndexOf(0x0f);
    if (Math.max(out, back) >= this.#resetAt && out !== back) this.#shifted = out > back;
  }

  #sequences(all: Uint8Array): void {
    let at = 0;
    if (this.#inString !== undefined) {
      at = stringEnd(all, 0, this.#inString);
      if (at < 0) return;
      this.#inString = undefined;
    }
    for (at = all.indexOf(esc, at); at >= 0; ) {
      const end = this.#sequence(all, at);
      if (end < 0) {
        this.#keep(all.slice(at));
        return;
      }
      at = all.indexOf(esc, end);
    }
    this.#open = unfinishedCharacter(all);
  }

  /** What brings a screen in any state into this one. */
  get restore(): Buffer {
    const known = privateModes.map((n) => [n, this.#private.get(n) ?? onByDefault.has(n)] as const);
    const text = [
      // Ends whatever sequence was under way, then takes back most of what can be set.
      '\x18\x1b[!p',
      this.#isAlternate ? '\x1b[?1049h' : '\x1b[?47l',
      this.#region ? `\x1b[${this.#region}r` : '',
      // All mouse modes are one: switching one off after another was switched on would end that, too.
      ...known.filter(([, on]) => !on).map(([n]) => `\x1b[?${n}l`),
      ...known.filter(([, on]) => on).map(([n]) => `\x1b[?${n}h`),
      `\x1b[4${this.#insert ? 'h' : 'l'}`,
      `\x1b[${this.#cursor || '0'} q`,
      ...[...this.#charsets].map(([slot, set]) => `\x1b${slot}${set}`),
      this.#shifted ? '\x0e' : '\x0f',
      `\x1b[${['0', ...styleOf(this.#styles)].join(';')}m`,
    ].join('');
    return Buffer.concat([Buffer.from(text, 'latin1'), this.#reopen()]);
  }

  #reopen(): Uint8Array {
    if (this.#inString === undefined) return this.#open;
    // BEL ends an OSC and no other string; number 9999 means nothing to anybody.
    return Buffer.from(this.#inString === osc ? '\x1b]9999;' : '\x1bX');
  }

  #keep(open: Uint8Array): void {
    const [, kind = 0] = open;
    if (open.length > longestOpen && strings.has(kind)) this.#inString = kind;
    else this.#open = open.subarray(0, longestOpen);
  }

  /** Where to go on after the sequence that begins there; -1 when it is not all there. */
  #sequence(bytes: Uint8Array, start: number): number {
    const kind = bytes[start + 1];
    if (kind === undefined) return -1;
    if (strings.has(kind)) return stringEnd(bytes, start + 2, kind);
    const least = kind === csi ? 0x40 : 0x30;
    for (let at = start + (kind === csi ? 2 : 1); at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === esc) return at;
      if (byte === cancel || byte === substitute) return at + 1;
      if (byte < least) continue;
      this.#at = at;
      if (kind !== csi) this.#escape(latin1(bytes, start + 1, at + 1));
      else if (byte === sgr) this.#style(latin1(bytes, start + 2, at));
      else if (switches.has(byte)) this.#switch(latin1(bytes, start + 2, at + 1));
      return at + 1;
    }
    return -1;
  }

  #escape(text: string): void {
    if (text === 'c') this.#reset();
    else if (text === '=' || text === '>') this.#private.set(66, text === '=');
    else if (/^[()*+][0-~]$/.test(text)) this.#charsets.set(text[0] ?? '', text[1] ?? '');
  }

  #style(params: string): void {
    if (/^0?$/.test(params)) this.#styles = [];
    else if (/^[\d;:]+$/.test(params) && this.#styles.push(params) >= mostStyles) this.#styles = styleOf(this.#styles);
  }

  #switch(text: string): void {
    const [, prefix, params = '', final = ''] = /^(\??)([\d;]*)([ !]?[hlrqp])$/.exec(text) ?? [];
    const isOn = final === 'h';
    if (prefix === '?' && (isOn || final === 'l')) {
      for (const n of params.split(';')) this.#setPrivate(Number(n), isOn);
    } else if (prefix !== '') return;
    else if (isOn || final === 'l') this.#insert = params.split(';').includes('4') ? isOn : this.#insert;
    else if (final === 'r') this.#region = params;
    else if (final === ' q') this.#cursor = params;
    else if (final === '!p') this.#softReset();
  }

  #setPrivate(n: number, on: boolean): void {
    if (alternateScreens.includes(n)) {
      // Each screen has a region of its own, and the alternate one begins without.
      if (on !== this.#isAlternate) this.#region = '';
      this.#isAlternate = on;
    } else if (privateModes.includes(n)) {
      if (isMouse(n)) for (const other of privateModes.filter(isMouse)) this.#private.delete(other);
      this.#private.set(n, on);
    }
  }

  #softReset(): void {
    // As xterm.js does it: the mouse stays.
    for (const n of privateModes) if (!isMouse(n) && n !== 1006 && n !== 1016) this.#private.delete(n);
    this.#styles = [];
    this.#charsets.clear();
    this.#insert = false;
    this.#shifted = false;
    this.#resetAt = this.#at;
    this.#region = '';
  }

  #reset(): void {
    this.#softReset();
    this.#private.clear();
    this.#cursor = '';
    this.#isAlternate = false;
  }
}

/** SGR parameters that have the effect of all of these, one after another. */
function styleOf(all: readonly string[]): string[] {
  const style = new Map<string, string>();
  const codes = all.flatMap((params) => params.split(';'));
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? '';
    const n = Number.parseInt(code || '0', 10);
    if ((n === 38 || n === 48 || n === 58) && !code.includes(':')) {
      const length = codes[at + 1] === '2' ? 5 : 3;
      style.set(`${n}`, codes.slice(at, at + length).join(';'));
      at += length - 1;
    } else if (n === 0) style.clear();
    else if (styleEnds[n]) for (const key of styleEnds[n]) style.delete(key);
    else if ((n >= 30 && n <= 38) || (n >= 90 && n <= 97)) style.set('38', code);
    else if ((n >= 40 && n <= 48) || (n >= 100 && n <= 107)) style.set('48', code);
    else if (n < 10 || n === 21 || n === 53 || n === 58) style.set(`${n}`, code);
  }
  return [...style.values()];
}

/** Where to go on after the string; -1 when it has not ended. ESC begins the next sequence, also when that is its end. */
function stringEnd(bytes: Uint8Array, from: number, kind: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === esc) return at;
    if (byte === cancel || byte === substitute || (byte === bell && kind === osc)) return at + 1;
  }
  return -1;
}

function isMouse(mode: number): boolean {
  return mode === 9 || (mode >= 1000 && mode <= 1003);
}

/** The bytes of a UTF-8 character that the text ends in the middle of. */
function unfinishedCharacter(text: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, text.length); back++) {
    const byte = text[text.length - back] as number;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (byte >= 0xc0) return length > back ? text.slice(-back) : new Uint8Array();
    if (byte < 0x80) break;
  }
  return new Uint8Array();
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}
