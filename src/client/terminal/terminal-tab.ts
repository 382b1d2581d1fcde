import { html, nothing } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { TerminalView } from '../../shared/api.ts';
import { labText } from './lab-text.ts';

const text = labText.terminal;
/** Pixels that a tab is moved before that is no click. */
const clickSlack = 6;

interface TabActions {
  select(): void;
  rename(): void;
  close(): void;
}

/** A terminal's tab: the level where its shell stands now, its name, and whose daemon a `docker` typed there reaches. */
export function terminalTab(view: TerminalView, selected: boolean, on: TabActions) {
  const { here, name, label = name, recordingSince } = view;
  const { daemon } = here;
  return html`<button
    type="button"
    role="tab"
    class="tab level-${here.level}"
    id="tab-${name}"
    data-terminal=${name}
    aria-selected=${selected}
    aria-controls="panel-${name}"
    aria-keyshortcuts="F2 Delete"
    title=${text.tabKeys}
    tabindex=${selected ? 0 : -1}
    @click=${on.select}
    @dblclick=${on.rename}
  >
    <span class="badge">L${here.level}</span> <span class="tab-name">${label}</span>
    ${daemon ? html`<small class="tab-daemon" title=${fill(text.dockerdHelp, { daemon })}>${fill(text.dockerd, { daemon })}</small>` : nothing}
    ${recordingSince ? html`<span class="tab-recording" role="img" aria-label=${text.recording}></span>` : nothing}
    <span class="tab-close" aria-hidden="true" title=${text.closeTab} @click=${(event: Event) => {
      event.stopPropagation();
      on.close();
    }}>×</span>
  </button>`;
}

/** Follows a pointer that moves a tab along the others; tells the place where it is let go. */
export function dragTab(start: PointerEvent, dropped: (name: string, position: number) => void): void {
  const list = start.currentTarget as HTMLElement;
  const tab = (start.target as HTMLElement).closest<HTMLElement>('[role=tab]');
  if (!tab || start.button !== 0) return;
  const letGo = new AbortController();
  const { signal } = letGo;
  const offset = (event: PointerEvent) => event.clientX - start.clientX;
  window.addEventListener(
    'pointermove',
    (event) => {
      if (Math.abs(offset(event)) > clickSlack) tab.style.translate = `${offset(event)}px`;
    },
    { signal },
  );
  const end = (event: PointerEvent) => {
    letGo.abort();
    tab.style.translate = '';
    if (event.type === 'pointercancel' || Math.abs(offset(event)) <= clickSlack) return;
    const others = [...list.querySelectorAll<HTMLElement>('[role=tab]')].filter((each) => each !== tab);
    const before = others.filter((each) => middle(each) < event.clientX).length;
    dropped(tab.dataset.terminal ?? '', before);
  };
  window.addEventListener('pointerup', end, { signal });
  window.addEventListener('pointercancel', end, { signal });
}

function middle(element: HTMLElement): number {
  const { left, width } = element.getBoundingClientRect();
  return left + width / 2;
}
