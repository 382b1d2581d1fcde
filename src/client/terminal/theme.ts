import type { ITheme } from '@xterm/xterm';

/**
 * The terminal is dark on light pages, too. Blue, yellow and magenta are the colours of L1, L2 and L3, so that a
 * prompt has the colour of its level.
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

export const lightPageTheme: ITheme = { ...shared, background: '#12110f' };
export const darkPageTheme: ITheme = { ...shared, background: '#100f0d' };
