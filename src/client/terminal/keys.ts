import type { Terminal } from '@xterm/xterm';
import { zoom } from './preferences.ts';

export interface KeyOwner {
  /** F6: the learner wants out of the terminal; `back` with Shift. */
  leave(back: boolean): void;
  find(): void;
  /** A key that goes to the shell. */
  key(key: string): void;
}

/** Keys that the terminal takes for itself; everything else belongs to the shell. */
export function handleKeys(terminal: Terminal, owner: KeyOwner): void {
  terminal.attachCustomKeyEventHandler((event) => {
    const own = ownAction(event, terminal, owner);
    if (own && event.type === 'keydown') {
      own();
      event.preventDefault();
    } else if (!own && event.type === 'keydown' && !isPaste(event)) owner.key(event.key);
    return !own && !isPaste(event);
  });
}

function ownAction(event: KeyboardEvent, terminal: Terminal, owner: KeyOwner): (() => void) | undefined {
  const { code, ctrlKey, metaKey, shiftKey } = event;
  if (event.key === 'F6') return () => owner.leave(shiftKey);
  if ((ctrlKey && shiftKey && code === 'KeyF') || (metaKey && code === 'KeyF')) return () => owner.find();
  if ((ctrlKey && shiftKey && code === 'KeyC') || (metaKey && code === 'KeyC')) return () => copySelection(terminal);
  if ((!ctrlKey && !metaKey) || event.altKey) return undefined;
  if (event.key === '+' || event.key === '=') return () => zoom(1);
  // Ctrl+Shift+- is undo in a shell.
  if (event.key === '-') return () => zoom(-1);
  return event.key === '0' ? () => zoom(0) : undefined;
}

/** The browser pastes as text, and the screen takes it from there. */
function isPaste({ code, ctrlKey, shiftKey, metaKey }: KeyboardEvent): boolean {
  return code === 'KeyV' && ((ctrlKey && shiftKey) || metaKey);
}

export function copySelection(terminal: Terminal): void {
  // Without TLS there is no clipboard; the browser's own menu still copies.
  if (terminal.hasSelection()) navigator.clipboard?.writeText(terminal.getSelection()).catch(() => undefined);
}
