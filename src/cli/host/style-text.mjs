const codes = { green: 32, red: 31, yellow: 33, dim: 2 };

/**
 * util.styleText is not in Node 18.
 *
 * @param {keyof typeof codes} style
 * @param {string} text
 * @param {NodeJS.WriteStream} stream
 */
export function styleText(style, text, stream) {
  const coloured = stream.isTTY && !process.env.NO_COLOR;
  return coloured ? `\x1b[${codes[style]}m${text}\x1b[0m` : text;
}
