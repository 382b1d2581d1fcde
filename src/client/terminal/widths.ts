import type { IUnicodeVersionProvider } from '@xterm/xterm';

/** Marks that one cell may carry; no script needs more, and the page takes minutes to draw a screen of taller piles. */
const maxMarks = 4;

/** First and last code points that take two columns and are no emoji: scripts, full-width forms, their symbols. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x18d00, 0x18d8f],
  [0x1aff0, 0x1b2ff],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];
/** Without the letters that flags are spelled with: each is one column, a flag two. */
const emoji = /(?!\p{Regional_Indicator})\p{Emoji_Presentation}/u;
/** Combining marks, invisible characters, and the later parts of Korean syllables. */
const mark = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7fb]/u;

/**
 * Columns that a character takes, as the shell's C library counts them: by code point. A terminal that joins what looks
 * like one emoji disagrees with the shell about where the cursor is. The browser's own tables are as new as the browser.
 */
export function widthOf(codepoint: number): 0 | 1 | 2 {
  if (codepoint < 0x300) return codepoint === 0 ? 0 : 1;
  const char = String.fromCodePoint(codepoint);
  if (mark.test(char)) return 0;
  if (wideRanges.some(([first, last]) => codepoint >= first && codepoint <= last) || emoji.test(char)) return 2;
  return 1;
}

/** Widths for xterm.js, remembered for the plane that text is made of. */
export class ShellWidths implements IUnicodeVersionProvider {
  readonly version = 'shell';
  readonly #known = new Uint8Array(0x10000);

  wcwidth(codepoint: number): 0 | 1 | 2 {
    if (codepoint >= this.#known.length) return widthOf(codepoint);
    this.#known[codepoint] ||= widthOf(codepoint) + 1;
    return ((this.#known[codepoint] ?? 2) - 1) as 0 | 1 | 2;
  }

  /** xterm's packing: 24 bits of our own (marks on this cell), two of width, one that says "joins the cell before". */
  charProperties(codepoint: number, preceding: number): number {
    const width = this.wcwidth(codepoint);
    const before = (preceding >> 1) & 3;
    if (width > 0 || before === 0) return width << 1;
    const marks = (preceding >> 3) + 1;
    // What does not join and has no width is not drawn, nor are the marks after it.
    return marks > maxMarks ? 0 : (marks << 3) | (before << 1) | 1;
  }
}
