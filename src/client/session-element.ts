import { DrawnElement } from './drawn-element.ts';
import { session } from './session.ts';

/** An element that shows the session: drawn again after every change. */
export abstract class SessionElement extends DrawnElement {
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = session.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }
}
