import { html, render } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { TerminalAnswer, TerminalView } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { loadDialogText } from '../dialog-text.ts';
import { agreed } from '../questions.ts';
import { session } from '../session.ts';
import { toast } from '../toast.ts';
import { labText } from './lab-text.ts';
import { plainText } from './recording.ts';

export type TerminalAction = 'rename' | 'close' | 'move' | 'record' | 'transcript';

/** What an action must know of its terminal. */
export interface ActionFacts {
  /** New place among the tabs, for `move`. */
  position?: number;
  /** A program may be running in it. */
  isBusy?: boolean;
}

/** Changes a terminal of the learner's lab; what the server refuses is told. */
export async function change(action: TerminalAction, view: TerminalView, facts: ActionFacts = {}): Promise<void> {
  const path = `labs/${session.lab?.id}/terminals/${view.name}`;
  try {
    if (action === 'close' && (!facts.isBusy || (await agreed('closeTerminal')))) await ask('DELETE', path);
    if (action === 'record') await record(path, view);
    if (action === 'move') await ask('PATCH', path, { position: facts.position });
    if (action === 'transcript') await download(path, view);
    if (action !== 'rename') return;
    const label = await newName(view);
    if (label !== undefined) await ask('PATCH', path, { label });
  } catch (error) {
    toast(sentenceOf(error));
  }
}

/** Opens a terminal in a chain of containers; its name, or nothing when it could not be opened. */
export async function openTerminal(chain: readonly string[]): Promise<string | undefined> {
  try {
    return (await ask<TerminalAnswer>('POST', `labs/${session.lab?.id}/terminals`, { chain })).terminal.name;
  } catch (error) {
    toast(sentenceOf(error));
    return undefined;
  }
}

/** Begins a recording, or ends it and shows it. */
async function record(path: string, view: TerminalView): Promise<void> {
  await ask('POST', `${path}/recording`, { on: !view.recordingSince });
  if (view.recordingSince) await showRecordings();
}

/** Shows the lab's recordings, the newest first. */
export async function showRecordings(): Promise<void> {
  const { recordingsDialog } = await import('./recordings-dialog.ts');
  await recordingsDialog(session.lab?.id ?? '');
}

/** What it printed, as a text without colors. */
async function download(path: string, { name }: TerminalView): Promise<void> {
  const answer = await fetch(`/api/${path}/transcript`);
  const text = plainText(await answer.text());
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = `${name}.txt`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Nothing when it is cancelled. */
async function newName(view: TerminalView): Promise<string | undefined> {
  const text = labText.rename;
  const { cancel } = await loadDialogText();
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'rename-title');
  render(
    html`<h2 id="rename-title">${text.title}</h2>
      <form method="dialog">
        <div class="field">
          <label for="new-name">${text.label}</label>
          <input id="new-name" name="label" maxlength="40" .value=${view.label ?? ''} autocomplete="off" aria-describedby="rename-help" />
          <small class="note" id="rename-help">${fill(text.help, { name: view.name })}</small>
        </div>
        <div class="row-end">
          <button type="button" class="ghost" @click=${() => dialog.close()}>${cancel}</button>
          <button class="button" value="yes">${text.yes}</button>
        </div>
      </form>`,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener('close', closed));
  dialog.remove();
  return dialog.returnValue === 'yes' ? dialog.querySelector('input')?.value.trim() : undefined;
}
