import { setTimeout as sleep } from 'node:timers/promises';
import { decodeServerFrame, encodeViewerFrame } from '../shared/terminal-protocol.ts';
import type { Typed } from './key-echo.ts';

/** What a learner's page asks of the server and shows, without the page. */
export class ClassroomPage implements Typed, Disposable {
  readonly #origin: string;
  readonly #cookie: string;
  readonly #sockets: WebSocket[] = [];
  #lab = '';
  #onOutput: (text: string) => void = () => {};

  private constructor(origin: string, cookie: string) {
    this.#origin = origin;
    this.#cookie = cookie;
  }

  static async enter(origin: string): Promise<ClassroomPage> {
    const answer = await fetch(`${origin}/api/me`);
    await answer.arrayBuffer();
    return new ClassroomPage(
      origin,
      answer.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; '),
    );
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.close();
  }

  /** What the server answers; its body is read, too. */
  async ask(method: string, path: string, body?: object) {
    const headers = { ...this.#headers, 'Content-Type': 'application/json' };
    const answer = await fetch(this.#origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  /** A lab of his own, with its shell at the prompt. */
  async openLab(spec: string): Promise<void> {
    const { id } = await this.ask('POST', '/api/labs', { spec });
    this.#lab = id;
    this.#open('/ws/events');
    for (let state = ''; state !== 'ready'; await sleep(500)) {
      ({ state } = await this.ask('GET', `/api/labs/${id}`));
      if (state === 'ended') throw new Error('a lab did not come up');
    }
    const { ticket } = await this.ask('POST', `/api/labs/${id}/tickets`, { terminal: 'host' });
    const socket = this.#open(`/ws/labs/${id}/terminals/host?from=0&columns=80&rows=24&ticket=${ticket}`);
    socket.addEventListener('message', ({ data }) => {
      const frame = decodeServerFrame(new Uint8Array(data));
      if (frame.type !== 'output') return;
      socket.send(encodeViewerFrame({ type: 'ack', offset: frame.offset + frame.bytes.length }));
      this.#onOutput(new TextDecoder().decode(frame.bytes));
    });
    await this.shown('# ');
  }

  async end(): Promise<void> {
    await this.ask('DELETE', `/api/labs/${this.#lab}`);
  }

  type(text: string): void {
    this.#sockets.at(-1)?.send(encodeViewerFrame({ type: 'input', bytes: new TextEncoder().encode(text) }));
  }

  shown(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#onOutput = (output) => (output.includes(text) ? resolve() : undefined);
    });
  }

  get #headers(): Record<string, string> {
    return { Origin: this.#origin, Cookie: this.#cookie };
  }

  #open(path: string): WebSocket {
    // The browser's type does not know what Node's takes.
    const options = { headers: this.#headers } as unknown as string[];
    const socket = new WebSocket(this.#origin.replace('http', 'ws') + path, options);
    socket.binaryType = 'arraybuffer';
    this.#sockets.push(socket);
    return socket;
  }
}
