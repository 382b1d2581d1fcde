import { fill } from '../../i18n/fill.ts';
import type { TerminalState } from '../../shared/terminal-protocol.ts';
import { gap } from '../language.ts';
import { labText } from './lab-text.ts';
import type { LinkState } from './link.ts';

const text = labText.terminal;

/** What a terminal says below its screen, and what can be done about it. */
export interface Note {
  words: string;
  action?: { label: string; does: 'connect' | 'take' | 'return' } | undefined;
}

/** Undefined while there is nothing to say. */
export function noteOf(link: LinkState, shell: TerminalState | undefined): Note | undefined {
  if (link.kind === 'open') return shell && keyboardNote(shell);
  return { words: linkWords(link, shell), action: linkAction(link) };
}

function linkWords(link: Exclude<LinkState, { kind: 'open' }>, shell: TerminalState | undefined): string {
  if (link.kind === 'waiting')
    return fill(text.retryIn, { s: Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000)) });
  if (link.kind === 'denied') return link.sentence ?? text.denied;
  if (link.kind !== 'exited') return text[link.kind];
  const code = shell?.exitCode;
  return `${code === undefined ? text.exitedPlain : fill(text.exited, { code })}${gap()}${text.pressEnter}`;
}

function linkAction({ kind }: LinkState): Note['action'] {
  if (kind === 'exited') return { label: text.newShell, does: 'connect' };
  const isStuck = ['waiting', 'lost', 'denied', 'failed'].includes(kind);
  return isStuck ? { label: text.retry, does: 'connect' } : undefined;
}

/** Who types, wherever that is not the learner at his own terminal. */
function keyboardNote({ role, keyboard }: TerminalState): Note | undefined {
  if (role === 'learner') {
    if (keyboard === 'learner') return undefined;
    return { words: text.instructorTypes, action: { label: text.takeBack, does: 'take' } };
  }
  return keyboard === 'instructor'
    ? { words: text.youType, action: { label: text.giveBack, does: 'return' } }
    : { words: text.youWatch, action: { label: text.take, does: 'take' } };
}
