/** Parts Chinese into its characters, so that a search needs no dictionary and finds a word wherever it stands. */
export function spaced(text: string): string {
  return text.replace(/(?<=\p{Script=Han})(?=\p{Script=Han})/gu, ' ');
}

/** The opposite, also across the tags of what is marked. */
export function joined(text: string): string {
  return text.replace(/(?<=\p{Script=Han}(?:<\/?mark>)*) (?=(?:<\/?mark>)*\p{Script=Han})/gu, '');
}

/** What to look up for what was typed: a Chinese word is a phrase of its characters, in this order. */
export function phrase(typed: string): string {
  const characters = typed.replace(/(?<=\p{Script=Han})(?=\S)|(?<=\S)(?=\p{Script=Han})/gu, ' ');
  return characters !== typed && !/\s/.test(typed) ? `"${characters}"` : characters;
}
