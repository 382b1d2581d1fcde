import { html, render } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import type { RecordingsView, RecordingView } from '../../shared/api.ts';
import { ask, sentenceOf } from '../api.ts';
import { text as pageText } from '../page-text.ts';
import { clock, timeOfDay } from '../time.ts';
import { toast } from '../toast.ts';
import { labText } from './lab-text.ts';
import './recording-player.ts';

const text = labText.recordings;

/** The recordings of a lab: plays, downloads and deletes them. Resolves when it is closed. */
export async function recordingsDialog(lab: string): Promise<void> {
  const dialog = document.createElement('dialog');
  dialog.className = 'recordings';
  dialog.setAttribute('aria-labelledby', 'recordings-title');
  const path = `labs/${lab}/recordings`;
  let playing: string | undefined;

  async function draw(): Promise<void> {
    const { recordings } = await ask<RecordingsView>('GET', path);
    const newest = [...recordings].sort((a, b) => b.startedAt - a.startedAt);
    render(
      html`<h2 id="recordings-title">${text.title}</h2>
        ${newest.length === 0 ? html`<p>${text.none}</p>` : html`<ul>${newest.map(entry)}</ul>`}
        ${playing ? html`<recording-player data-src="/api/${path}/${playing}.cast"></recording-player>` : ''}
        <form method="dialog" class="row-end"><button class="button">${pageText.close}</button></form>`,
      dialog,
    );
  }

  function entry({ id, terminal, startedAt, duration }: RecordingView) {
    const time = timeOfDay(startedAt, document.documentElement.lang);
    return html`<li>
      <span>${fill(text.entry, { terminal, time, duration: clock(duration) })}</span>
      <button type="button" class="ghost" @click=${() => play(id)}>${text.play}</button>
      <a class="ghost" href="/api/${path}/${id}.cast" download>${text.download}</a>
      <button type="button" class="ghost" @click=${() => remove(id)}>${text.remove}</button>
    </li>`;
  }

  async function play(id: string): Promise<void> {
    // A player is made for one recording.
    playing = undefined;
    await draw();
    playing = id;
    await draw();
  }

  async function remove(id: string): Promise<void> {
    if (playing === id) playing = undefined;
    await ask('DELETE', `${path}/${id}`).catch((error: unknown) => toast(sentenceOf(error)));
    await draw();
  }

  await draw();
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener('close', closed));
  dialog.remove();
}
