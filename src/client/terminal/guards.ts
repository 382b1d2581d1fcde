import type { IFunctionIdentifier, Terminal } from '@xterm/xterm';
import { maxCells } from '../../shared/terminal-protocol.ts';

/**
 * Sequences that xterm.js 6.0.0 carries out once per count, so that `CSI 2147483647 b` hangs the page for minutes:
 * repeat, insert and delete lines, scroll up and down, tabs forward and back. No screen is larger than `maxCells`.
 */
const countedFinals = ['b', 'L', 'M', 'S', 'T', 'I', 'Z'];

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
/** OSC numbers that ask for a color when they hold a question mark. */
const colorOscs = [4, 10, 11, 12];
/** Hyperlinks: off until they ask before they open. */
const hyperlinkOsc = 8;
/** Programs may not write the clipboard. */
const clipboardOsc = 52;

/** Makes a terminal safe to look at. */
export function guard(terminal: Terminal): void {
  const { parser } = terminal;
  for (const final of countedFinals) {
    parser.registerCsiHandler({ final }, (params) => params.flat().some((n) => n > maxCells));
  }
  parser.registerOscHandler(hyperlinkOsc, () => true);
  parser.registerOscHandler(clipboardOsc, () => true);
}

/** Leaves queries unanswered while `isReplaying` says that old output is being parsed; keys typed meanwhile still go out. */
export function muteQueries(terminal: Terminal, isReplaying: () => boolean): void {
  const { parser } = terminal;
  for (const query of queries) parser.registerCsiHandler(query, isReplaying);
  for (const osc of colorOscs) parser.registerOscHandler(osc, (data) => isReplaying() && data.includes('?'));
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, isReplaying);
}
