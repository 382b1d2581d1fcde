/** Where the width is remembered, in percent. */
const storageKey = 'split';
const narrowest = 25;
const widest = 70;
/** Percent per press of an arrow key. */
const keyStep = 2;

/** Between text and workspace: sets the text's share of the width, by pointer or keyboard. */
export class SplitDivider extends HTMLElement {
  #percent = 43;

  connectedCallback(): void {
    this.role = 'separator';
    this.tabIndex = 0;
    this.ariaOrientation = 'vertical';
    this.ariaLabel = this.dataset.label ?? '';
    this.setAttribute('aria-controls', this.dataset.controls ?? '');
    this.ariaValueMin = String(narrowest);
    this.ariaValueMax = String(widest);
    this.#set(Number(localStorage.getItem(storageKey)) || this.#percent);
    this.addEventListener('pointerdown', (event) => this.#drag(event));
    this.addEventListener('keydown', (event) => this.#key(event));
  }

  #drag(event: PointerEvent): void {
    event.preventDefault();
    this.setPointerCapture(event.pointerId);
    this.classList.add('moving');
    const move = (at: PointerEvent) => {
      const box = this.parentElement?.getBoundingClientRect();
      if (box) this.#set((100 * (at.clientX - box.left)) / box.width);
    };
    this.addEventListener('pointermove', move);
    const stop = () => {
      this.removeEventListener('pointermove', move);
      this.classList.remove('moving');
    };
    this.addEventListener('lostpointercapture', stop, { once: true });
  }

  #key(event: KeyboardEvent): void {
    const moves: Record<string, number> = {
      ArrowLeft: this.#percent - keyStep,
      ArrowRight: this.#percent + keyStep,
      Home: narrowest,
      End: widest,
    };
    const wanted = moves[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    this.#set(wanted);
  }

  #set(percent: number): void {
    this.#percent = Math.round(Math.min(widest, Math.max(narrowest, percent)));
    this.ariaValueNow = String(this.#percent);
    this.parentElement?.style.setProperty('--split', `${this.#percent}%`);
    localStorage.setItem(storageKey, String(this.#percent));
  }
}

customElements.define('split-divider', SplitDivider);
