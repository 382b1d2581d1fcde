import { text } from './page-text.ts';

/** How long a notice stays, milliseconds; long enough to read two lines twice. */
const shownFor = 9000;

/** Shows a notice in the corner and reads it to screen readers; the same notice stands there once. */
export function toast(message: string): void {
  const list = shelf();
  for (const old of list.children) if (old.firstElementChild?.textContent === message) old.remove();
  const note = document.createElement('div');
  note.className = 'toast';
  const words = document.createElement('span');
  words.textContent = message;
  const close = document.createElement('button');
  close.className = 'link';
  close.type = 'button';
  close.textContent = text.close;
  close.addEventListener('click', () => note.remove());
  note.append(words, close);
  list.append(note);
  setTimeout(() => note.remove(), shownFor);
}

function shelf(): Element {
  const found = document.querySelector('.toasts');
  if (found) return found;
  const list = document.createElement('div');
  list.className = 'toasts';
  list.role = 'status';
  document.body.append(list);
  return list;
}
