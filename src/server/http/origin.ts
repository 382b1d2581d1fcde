/** Names under which this machine is reached from itself only. */
const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

/** Exact origins from which a browser may write and open sockets. */
export class Origins {
  readonly #configured: string | undefined;
  readonly #scheme: 'http' | 'https';
  readonly #host: string;
  #port = 0;

  constructor({ configured, host, tls }: { configured: string | undefined; host: string; tls: boolean }) {
    this.#configured = configured;
    this.#host = host.includes(':') ? `[${host}]` : host;
    this.#scheme = tls ? 'https' : 'http';
  }

  /** The port is known once the server listens. */
  setPort(port: number): void {
    this.#port = port;
  }

  /** The address to print and to put into links. */
  get main(): string {
    return this.#configured ?? this.#at(this.#host);
  }

  /** A missing Origin is refused: every browser sends it where we ask for it. */
  allows(origin: string | undefined): boolean {
    if (this.#configured) return origin === this.#configured;
    return loopbackNames.some((name) => origin === this.#at(name));
  }

  /**
   * Whether a Host header names us. A foreign name that was made to point at this machine (DNS rebinding) would let its
   * owner's pages read what we answer.
   */
  serves(host: string | undefined): boolean {
    const name = URL.parse(`http://${host}`)?.hostname;
    if (name === undefined) return false;
    return loopbackNames.includes(name) || (!!this.#configured && name === new URL(this.#configured).hostname);
  }

  /** As a browser writes it: without the port that the scheme implies. */
  #at(name: string): string {
    return new URL(`${this.#scheme}://${name}:${this.#port}`).origin;
  }
}
