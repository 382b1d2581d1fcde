/** What the search says. */
export const search = {
  label: 'Search the lessons',
  placeholder: 'A word, a command, a flag …',
  found: { one: '{n} lesson', other: '{n} lessons' },
  none: 'No lesson speaks of “{term}”.',
  failed: 'The search could not be loaded. Reload the page, then try again.',
  keys: '↑ ↓ to move, Enter to open, Esc to close',
};

export type SearchText = typeof search;
