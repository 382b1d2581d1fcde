import type { ITheme } from '@xterm/xterm';

/**
 * The terminal is dark on light pages, too, unless the learner wants it light. Blue, yellow and magenta are the
 * colours of L1, L2 and L3, so that a prompt has the colour of its level.
 */
const shared: ITheme = {
  foreground: '#ece8e0',
  cursor: '#ece8e0',
  cursorAccent: '#12110f',
  selectionBackground: '#4a463e',
  black: '#2a2823',
  brightBlack: '#8f897e',
  red: '#ff8f84',
  brightRed: '#ffb3ab',
  green: '#62c58d',
  brightGreen: '#8fdcae',
  yellow: '#f0a662',
  brightYellow: '#f6c491',
  blue: '#72b4ff',
  brightBlue: '#a3ceff',
  magenta: '#ec94d9',
  brightMagenta: '#f4bae8',
  cyan: '#7cc9c9',
  brightCyan: '#a8dede',
  white: '#d8d3c9',
  brightWhite: '#ffffff',
};

/** On a light page and on a dark one. */
export const darkTheme: ITheme = { ...shared, background: '#12110f' };
export const darkPageTheme: ITheme = { ...shared, background: '#100f0d' };

/** For who wants the terminal light on a light page: the page's own colors, readable on paper. */
export const lightTheme: ITheme = {
  background: '#ffffff',
  foreground: '#1d1b18',
  cursor: '#1d1b18',
  cursorAccent: '#ffffff',
  selectionBackground: '#d9e5f6',
  black: '#1d1b18',
  brightBlack: '#67625a',
  red: '#b3261e',
  brightRed: '#8f1e18',
  green: '#1a7042',
  brightGreen: '#125433',
  yellow: '#9c4a06',
  brightYellow: '#7a3a05',
  blue: '#0a5cba',
  brightBlue: '#084792',
  magenta: '#94277f',
  brightMagenta: '#701d60',
  cyan: '#0b6b74',
  brightCyan: '#085159',
  white: '#67625a',
  brightWhite: '#454039',
};
