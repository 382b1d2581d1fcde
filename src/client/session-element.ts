import { LitElement } from 'lit';
import { session } from './session.ts';

/**
 * An element that shows the session: drawn again after every change. It draws into itself, not into a shadow root,
 * so that the page's styles apply.
 */
export abstract class SessionElement extends LitElement {
  /** Draw again every second as well, for what counts up or down. */
  protected readonly ticks: boolean = false;
  #stop: (() => void) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = session.subscribe(() => this.requestUpdate());
    if (this.ticks) this.#timer = setInterval(() => this.requestUpdate(), 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    clearInterval(this.#timer);
  }
}
