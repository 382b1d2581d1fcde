import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { maxViewerFrame } from '../../shared/terminal-protocol.ts';
import type { Who } from '../instructors/rights.ts';
import type { Log } from '../log.ts';
import type { Origins } from './origin.ts';
import type { Sessions } from './session.ts';

/** A connection is looked at this often; one that answered nothing since the last look is cut. */
const heartbeatMs = 20_000;

/** Bytes that may wait for a viewer that does not read; a page that works has read a tenth of it long before. */
export const maxUnread = 4 * 2 ** 20;

/** Sends, unless the other side has stopped reading: it is cut off, and connects again if it lives. */
export function sendTo(socket: WebSocket, data: string | Uint8Array): void {
  if (socket.bufferedAmount > maxUnread) socket.terminate();
  else socket.send(data);
}

export interface SocketRequest {
  who: Who;
  /** Groups of the path's pattern. */
  params: Record<string, string>;
  query: URLSearchParams;
}

export interface SocketRoute {
  path: RegExp;
  connect(socket: WebSocket, request: SocketRequest): void;
}

/** Answers WebSocket upgrades: exact Origin, a known session, then the route's own rules. */
export class Upgrades implements Disposable {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maxViewerFrame + 1, perMessageDeflate: false });
  readonly #routes: readonly SocketRoute[];
  readonly #sessions: Sessions;
  readonly #origins: Origins;
  readonly #log: Log;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #answered = new WeakSet<WebSocket>();

  constructor(options: { routes: readonly SocketRoute[]; sessions: Sessions; origins: Origins; log: Log }) {
    this.#routes = options.routes;
    this.#sessions = options.sessions;
    this.#origins = options.origins;
    this.#log = options.log;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
  }

  get clients(): ReadonlySet<WebSocket> {
    return this.#server.clients;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heartbeat);
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  /** For the server's `upgrade` event. Answers whether the path is ours. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    // A target such as `//` is no address; thrown from here it would end the process.
    const url = URL.parse(request.url ?? '/', 'http://host');
    if (!url?.pathname.startsWith('/ws/')) return false;
    socket.on('error', () => socket.destroy());
    this.#accept(request, socket, head, url).catch((error: Error) => {
      this.#log.error({ path: url.pathname, error: error.stack }, 'upgrade failed');
      refuse(socket, '500 Internal Server Error');
    });
    return true;
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): Promise<void> {
    if (!this.#origins.allows(request.headers.origin)) return refuse(socket, '403 Forbidden');
    const found = this.#routes.map((route) => ({ route, match: route.path.exec(url.pathname) })).find((r) => r.match);
    if (!found) return refuse(socket, '404 Not Found');
    const who = await this.#sessions.who(request.headers.cookie);
    if (!who) return refuse(socket, '401 Unauthorized');
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      this.#answered.add(ws);
      ws.on('pong', () => this.#answered.add(ws));
      // ws closes the connection itself; an unheard error would end the process.
      ws.on('error', (error) => this.#log.debug({ path: url.pathname, error: error.message }, 'socket error'));
      found.route.connect(ws, { who, params: { ...found.match?.groups }, query: url.searchParams });
    });
  }

  #beat(): void {
    for (const socket of this.#server.clients) {
      if (!this.#answered.has(socket)) socket.terminate();
      this.#answered.delete(socket);
      socket.ping();
    }
  }
}

/** The server keeps its half of a connection open until it is told otherwise. */
function refuse(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
