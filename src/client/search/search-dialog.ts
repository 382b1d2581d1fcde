import { html, nothing, render } from 'lit/html.js';
import { count, fill } from '../../i18n/fill.ts';
import { phrase } from '../../shared/han.ts';
import { languageOfPage } from '../language.ts';
import { text as pageText } from '../page-text.ts';
import { type Found, type FoundPage, foundIn } from './found.ts';

const { search: text } =
  languageOfPage() === 'zh' ? await import('../../i18n/zh/search.ts') : await import('../../i18n/en/search.ts');

/** Lessons that are shown; who does not see his among them types another word. */
const most = 8;
/** How long typing pauses before it is looked up, in ms. */
const pauseMs = 150;

/** What `pagefind/pagefind.js` of the built site exports. */
interface Pagefind {
  options(options: { excerptLength: number }): Promise<void>;
  /** Null when another search came before the pause was over. */
  debouncedSearch(
    term: string,
    options: object,
    pauseMs: number,
  ): Promise<{ results: { data(): Promise<FoundPage> }[] } | null>;
}

/** It is made after the site is built, so that no bundler knows it. */
const script = '/pagefind/pagefind.js';

async function load(): Promise<Pagefind> {
  const pagefind = (await import(/* @vite-ignore */ script)) as Pagefind;
  // In words; in Chinese each character is one.
  await pagefind.options({ excerptLength: languageOfPage() === 'zh' ? 50 : 30 });
  return pagefind;
}

/** Opens the search over the page; it is gone when it is closed. */
export function openSearch(): void {
  if (document.querySelector('dialog[open]')) return;
  const dialog = document.createElement('dialog');
  dialog.className = 'search';
  dialog.setAttribute('aria-label', text.label);
  const loading = load();
  let outcome = '';
  let found: Found[] = [];

  function draw(): void {
    render(
      html`<input type="search" aria-label=${text.label} placeholder=${text.placeholder} autocomplete="off"
          spellcheck="false" @input=${look} />
        <p class="note" role="status">${outcome}</p>
        <ol>${found.map(entry)}</ol>
        <form method="dialog" class="row-end"><span class="note">${text.keys}</span>
          <button class="ghost">${pageText.close}</button></form>`,
      dialog,
    );
  }

  async function look({ target }: Event): Promise<void> {
    const field = target as HTMLInputElement;
    const term = field.value.trim();
    try {
      const answer = await (await loading).debouncedSearch(phrase(term), {}, pauseMs);
      const pages = await Promise.all((answer?.results ?? []).slice(0, most).map((each) => each.data()));
      if (!answer || field.value.trim() !== term) return;
      found = pages.map(foundIn);
      const all = answer.results.length;
      outcome = all > 0 ? count(text.found, all) : term && fill(text.none, { term });
    } catch {
      found = [];
      outcome = text.failed;
    }
    draw();
  }

  dialog.addEventListener('keydown', (event) => moveThrough(dialog, event));
  // A step of this very page is reached without a new page.
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog || (target as Element).closest('a')) dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  draw();
  document.body.append(dialog);
  dialog.showModal();
}

function entry({ href, lesson, track, step, excerpt }: Found) {
  return html`<li><a href=${href}>
    <b>${lesson}</b> <span class="note">${track}${step ? ` · ${step}` : nothing}</span>
    <span class="excerpt">${excerpt.map((piece, i) => (i % 2 ? html`<mark>${piece}</mark>` : piece))}</span>
  </a></li>`;
}

/** Arrows go from the field to what was found, and back; Enter in the field opens the first; Escape closes. */
function moveThrough(dialog: HTMLDialogElement, event: KeyboardEvent): void {
  // Enter belongs to whoever composes Chinese with it.
  if (event.isComposing) return;
  const stops = [...dialog.querySelectorAll<HTMLElement>('input, a')];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  // The field would only be emptied by it.
  if (event.key === 'Escape') dialog.close();
  else if (event.key === 'Enter' && at === 0) stops[1]?.click();
  else if (step && at >= 0) stops[at + step]?.focus();
  else return;
  event.preventDefault();
}
