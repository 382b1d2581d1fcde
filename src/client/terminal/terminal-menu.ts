import { html } from 'lit/html.js';
import type { TerminalView } from '../../shared/api.ts';
import { labText } from './lab-text.ts';
import { type Preferences, prefer, preferences, zoom } from './preferences.ts';
import type { TerminalAction } from './terminal-actions.ts';

const text = labText.menu;

interface MenuActions {
  act(action: TerminalAction): void;
  find(): void;
  recordings(): void;
}

/** What can be done with the terminal on screen, and how all of them shall be. */
export function terminalMenu(view: TerminalView, on: MenuActions) {
  const item = (label: string, pressed: () => void) =>
    html`<button type="button" @click=${(event: Event) => {
      close(event);
      pressed();
    }}>${label}</button>`;
  return html`<details class="terminal-menu" @keydown=${onEscape} @focusout=${onLeave}>
    <summary aria-label=${text.label} title=${text.label}>⋯</summary>
    <div class="terminal-menu-items">
      <b>${view.label ?? view.name}</b>
      ${item(text.find, on.find)} ${item(text.rename, () => on.act('rename'))}
      ${item(view.recordingSince ? text.stopRecording : text.record, () => on.act('record'))}
      ${item(text.transcript, () => on.act('transcript'))} ${item(text.recordings, on.recordings)}
      ${item(text.close, () => on.act('close'))}
      <b>${text.settings}</b>
      <span class="terminal-zoom">${text.size}
        <button type="button" aria-label=${text.smaller} @click=${() => zoom(-1)}>−</button>
        <button type="button" aria-label=${text.larger} @click=${() => zoom(1)}>+</button>
      </span>
      ${choice('copyOnSelect')} ${choice('screenReader')} ${choice('followPage')}
    </div>
  </details>`;
}

function choice(name: 'copyOnSelect' | 'screenReader' | 'followPage') {
  const toggle = ({ target }: Event) =>
    prefer({ [name]: (target as HTMLInputElement).checked } as Partial<Preferences>);
  return html`<label><input type="checkbox" .checked=${preferences()[name]} @change=${toggle} /> ${text[name]}</label>`;
}

function close({ currentTarget }: Event): void {
  (currentTarget as Element).closest('details')?.removeAttribute('open');
}

function onEscape(event: KeyboardEvent): void {
  if (event.key !== 'Escape') return;
  close(event);
  (event.currentTarget as Element).querySelector('summary')?.focus();
}

function onLeave(event: FocusEvent): void {
  const menu = event.currentTarget as Element;
  // A click on something that takes no focus stays in the menu.
  if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) close(event);
}
