import { render } from 'lit/html.js';

/**
 * An element that draws itself with lit-html, into itself and not into a shadow root, so that the page's styles apply.
 * Requests to draw are gathered until the current task has ended. LitElement would do the same for 3 KB (gz) more than
 * a lesson page may spend.
 */
export abstract class DrawnElement extends HTMLElement {
  /** Milliseconds after which it is drawn again by itself, for what counts up or down. */
  protected readonly drawEvery: number | undefined;
  /** Settles when what was requested is drawn. */
  updateComplete: Promise<void> = Promise.resolve();
  #requested = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  protected abstract render(): unknown;

  connectedCallback(): void {
    if (this.drawEvery) this.#timer = setInterval(() => this.requestUpdate(), this.drawEvery);
    this.requestUpdate();
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  requestUpdate(): void {
    if (this.#requested) return;
    this.#requested = true;
    this.updateComplete = Promise.resolve().then(() => {
      this.#requested = false;
      if (this.isConnected) render(this.render(), this);
    });
  }
}
