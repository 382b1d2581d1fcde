import type { IFunctionIdentifier, Terminal } from '@xterm/xterm';
import { maxCells } from '../../shared/terminal-protocol.ts';

/**
 * Lines or cells that output may make xterm.js work on before the page gets its turn; a few milliseconds. A flood of
 * dear sequences, each of them harmless, would hold the page for seconds.
 */
export const workPerTurn = 4000;
/** Longest title, link, or color that a program may send, characters; xterm.js would keep ten million. */
const maxOsc = 2048;
/** Links on screen and above it; xterm.js keeps an entry for each for as long as its line is there. */
const maxLinks = 2000;
/** Questions of programs that are answered in a second: a flood of answers would be typed at the prompt behind it. */
export const answersPerSecond = 32;
/** A full reset makes new buffers, in lines. */
const resetWork = 1000;

type Work = (terminal: Terminal, params: (number | number[])[]) => number;
const count: Work = (_, params) => params.flat()[0] || 1;
const screen: Work = ({ rows }) => rows;
const line: Work = () => 1;

/**
 * What xterm.js 6.0.0 carries out once per count, so that `CSI 2147483647 b` hangs the page for minutes: tabs, insert
 * and delete lines, scroll, repeat. No screen is larger than `maxCells`; a larger count is not carried out.
 */
const counted = ['I', 'Z', 'L', 'M', 'S', 'T', 'b'];
/** What touches the whole screen: erase, shift columns, switch to the other screen and back. */
const screenWide: IFunctionIdentifier[] = [
  { final: 'J' },
  { prefix: '?', final: 'J' },
  { intermediates: ' ', final: '@' },
  { intermediates: ' ', final: 'A' },
  { intermediates: "'", final: '}' },
  { intermediates: "'", final: '~' },
  { prefix: '?', final: 'h' },
  { prefix: '?', final: 'l' },
];
const escapes: [IFunctionIdentifier, Work][] = [
  [{ final: 'c' }, () => resetWork],
  [{ intermediates: '#', final: '8' }, screen],
  [{ final: 'D' }, line],
  [{ final: 'E' }, line],
  [{ final: 'M' }, line],
];

/** Questions that a terminal answers by itself, as if typed: device attributes, status, modes, window. */
const queries: IFunctionIdentifier[] = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { final: 't' },
];
const titleOscs = [0, 1, 2];
/** Colors of the palette, text, background, cursor: may be asked for, not changed, because ours mean levels. */
const colorOscs = [4, 10, 11, 12];
const resetColorOscs = [104, 110, 111, 112];
const hyperlinkOsc = 8;
/** Programs may not write the clipboard. */
const clipboardOsc = 52;

/** Makes a terminal safe to look at. `isReplaying` says that old output is being parsed: its queries stay unanswered. */
export function guard(terminal: Terminal, isReplaying: () => boolean): void {
  const { parser } = terminal;
  const budget = new Budget();
  const answers = new Answers();
  const isUnanswered = () => isReplaying() || !answers.take();
  for (const final of counted) {
    parser.registerCsiHandler(
      { final },
      (params) => params.flat().some((n) => n > maxCells) || budget.spend(count(terminal, params)),
    );
  }
  for (const id of screenWide) parser.registerCsiHandler(id, (params) => budget.spend(screen(terminal, params)));
  for (const [id, work] of escapes) parser.registerEscHandler(id, () => budget.spend(work(terminal, [])));
  for (const id of queries) parser.registerCsiHandler(id, isUnanswered);
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, isUnanswered);
  for (const osc of titleOscs) parser.registerOscHandler(osc, (data) => data.length > maxOsc);
  for (const osc of colorOscs) {
    parser.registerOscHandler(osc, (data) => !isOneQuery(data) || isUnanswered());
  }
  for (const osc of [...resetColorOscs, clipboardOsc]) parser.registerOscHandler(osc, () => true);
  parser.registerOscHandler(
    hyperlinkOsc,
    (data) => data.length > maxOsc || terminal.markers.length > maxLinks || budget.spend(1),
  );
}

function isOneQuery(data: string): boolean {
  return /^(\d{1,3};)?\?$/.test(data);
}

/** Lets the parser go on until the budget is spent, then after the page had its turn. */
class Budget {
  #left = workPerTurn;

  /** What a handler of the parser returns: false lets xterm.js carry it out, now or a turn later. */
  spend(work: number): false | Promise<false> {
    this.#left -= work;
    if (this.#left > 0) return false;
    this.#left = workPerTurn;
    return new Promise((resolve) => setTimeout(() => resolve(false)));
  }
}

class Answers {
  #left = answersPerSecond;

  /** Whether there is one left in this second. */
  take(): boolean {
    if (this.#left === answersPerSecond) {
      setTimeout(() => {
        this.#left = answersPerSecond;
      }, 1000);
    }
    return this.#left-- > 0;
  }
}
