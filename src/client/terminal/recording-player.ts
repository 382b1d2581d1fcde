import { html } from 'lit/html.js';
import { fill } from '../../i18n/fill.ts';
import { DrawnElement } from '../drawn-element.ts';
import { text as pageText } from '../page-text.ts';
import { clock } from '../time.ts';
import { labText } from './lab-text.ts';
import { parseRecording, plainText, printed, type Recording, sizeOf } from './recording.ts';
import { Screen } from './screen.ts';

const text = labText.recording;
const speeds = [0.5, 1, 2, 4, 8];

/** Plays a recording of a terminal (`data-src`, asciicast v2): at any speed, from any moment, and as text. */
export class RecordingPlayer extends DrawnElement {
  #recording: Recording | undefined;
  #failed = false;
  #screen: Screen | undefined;
  /** Seconds since the beginning. */
  #position = 0;
  /** Number of events that are on the screen. */
  #shown = 0;
  #speed = 1;
  /** When the last frame was drawn while it plays, milliseconds. */
  #playedAt: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#playedAt = undefined;
    this.#screen?.[Symbol.dispose]();
  }

  protected override render() {
    const recording = this.#recording;
    if (this.#failed) {
      return html`<p class="failure" role="alert">${text.failed}</p>
        <button class="ghost" type="button" @click=${() => this.#load()}>${pageText.retry}</button>`;
    }
    return html`<div class="screen" @click=${this.#toggle}></div>
      ${recording ? this.#controls(recording) : html`<p role="status">${text.loading}</p>`}`;
  }

  #controls(recording: Recording) {
    const time = fill(text.time, { at: clock(this.#position * 1000), of: clock(recording.duration * 1000) });
    return html`<div class="player">
        <button type="button" class="play" @click=${this.#toggle}>${this.#playedAt === undefined ? text.play : text.pause}</button>
        <input type="range" min="0" max=${recording.duration} step="0.1" .value=${String(this.#position)}
          aria-label=${text.position} aria-valuetext=${time} @input=${this.#seek} />
        <span class="time">${time}</span>
        <label>${text.speed}
          <select @change=${this.#choose}>
            ${speeds.map((speed) => html`<option value=${speed} ?selected=${speed === this.#speed}>${speed}×</option>`)}
          </select>
        </label>
      </div>
      <details><summary>${text.asText}</summary><pre tabindex="0">${plainText(printed(recording))}</pre></details>`;
  }

  async #load(): Promise<void> {
    this.#failed = false;
    try {
      const answer = await fetch(this.dataset.src ?? '');
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.#recording = parseRecording(await answer.text());
      this.requestUpdate();
      await this.updateComplete;
      this.#open(this.#recording);
    } catch {
      this.#failed = true;
    }
    this.requestUpdate();
  }

  #open(recording: Recording): void {
    const host = this.querySelector<HTMLElement>('.screen');
    if (!host || this.#screen) return;
    const nobody = () => undefined;
    this.#screen = new Screen(host, text.label, {
      typed: nobody,
      focused: nobody,
      find: nobody,
      key: nobody,
      leave: () => this.querySelector<HTMLElement>('.play')?.focus(),
    });
    this.#screen.terminal.options.disableStdin = true;
    // Nothing can be typed here; the controls have the keyboard.
    if (this.#screen.terminal.textarea) this.#screen.terminal.textarea.tabIndex = -1;
    new ResizeObserver(() => this.#screen?.adapt()).observe(host);
    this.#rewind(recording);
    this.#show(recording, 0);
  }

  #rewind({ columns, rows }: Recording): void {
    this.#shown = 0;
    this.#screen?.clear();
    this.#screen?.show(columns, rows);
  }

  /** Brings the screen to a moment: on from what it shows, or from the beginning. */
  #show(recording: Recording, position: number): void {
    const { events } = recording;
    if (position < this.#position) this.#rewind(recording);
    this.#position = position;
    let output = '';
    for (let event = events[this.#shown]; event && event.at <= position; event = events[++this.#shown]) {
      const size = event.kind === 'size' ? sizeOf(event) : undefined;
      if (event.kind === 'output') output += event.data;
      if (!size) continue;
      this.#print(output, () => this.#screen?.show(size.columns, size.rows));
      output = '';
    }
    if (output) this.#print(output);
    this.requestUpdate();
  }

  /** Always as a replay: nobody is there to hear an answer. */
  #print(output: string, then: () => void = () => undefined): void {
    this.#screen?.write(new TextEncoder().encode(output), true, then);
  }

  #toggle = (): void => {
    const recording = this.#recording;
    if (!recording) return;
    if (this.#playedAt === undefined) {
      if (this.#position >= recording.duration) this.#show(recording, 0);
      this.#playedAt = performance.now();
      requestAnimationFrame((now) => this.#frame(now));
    } else this.#playedAt = undefined;
    this.requestUpdate();
  };

  #frame(now: number): void {
    const recording = this.#recording;
    if (this.#playedAt === undefined || !recording) return;
    const position = this.#position + (Math.max(0, now - this.#playedAt) / 1000) * this.#speed;
    const isOver = position >= recording.duration;
    this.#playedAt = isOver ? undefined : now;
    this.#show(recording, Math.min(position, recording.duration));
    if (!isOver) requestAnimationFrame((next) => this.#frame(next));
  }

  #seek = ({ target }: Event): void => {
    if (this.#recording) this.#show(this.#recording, Number((target as HTMLInputElement).value));
  };

  #choose = ({ target }: Event): void => {
    this.#speed = Number((target as HTMLSelectElement).value);
  };
}

customElements.define('recording-player', RecordingPlayer);
