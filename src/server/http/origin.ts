/** Exact origins from which a browser may write and open sockets. */
export class Origins {
  readonly #configured: string | undefined;
  readonly #scheme: 'http' | 'https';
  #port = 0;

  constructor(configured: string | undefined, tls: boolean) {
    this.#configured = configured;
    this.#scheme = tls ? 'https' : 'http';
  }

  /** The port is known once the server listens. */
  setPort(port: number): void {
    this.#port = port;
  }

  /** The address to print and to put into links. */
  get main(): string {
    return this.#configured ?? `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  /** A missing Origin is refused: every browser sends it where we ask for it. */
  allows(origin: string | undefined): boolean {
    if (this.#configured) return origin === this.#configured;
    return ['127.0.0.1', 'localhost', '[::1]'].some((name) => origin === `${this.#scheme}://${name}:${this.#port}`);
  }
}
