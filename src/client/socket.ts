import { waitBefore } from './back-off.ts';

/** A connection that stood this long was a good one, milliseconds; waits begin anew after it. */
export const goodAfter = 5000;

export interface LiveSocket<Sent> extends Disposable {
  /** Sends when the socket is open; says whether it was. */
  send(message: Sent): boolean;
}

export interface SocketEvents<Received> {
  open?(): void;
  message(message: Received): void;
  /** The connection is lost; the next attempt comes at `retryAt`, milliseconds since 1970. */
  lost?(retryAt: number): void;
}

/** A socket for JSON messages that comes back by itself, waiting longer after each failure. */
export function liveSocket<Received, Sent = never>(path: string, on: SocketEvents<Received>): LiveSocket<Sent> {
  let socket: WebSocket | undefined;
  let failures = 0;
  let openedAt = Number.POSITIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open() {
    socket = new WebSocket(new URL(path, location.href.replace(/^http/, 'ws')));
    openedAt = Number.POSITIVE_INFINITY;
    socket.addEventListener('open', () => {
      openedAt = Date.now();
      on.open?.();
    });
    socket.addEventListener('message', (event) => on.message(JSON.parse(event.data) as Received));
    socket.addEventListener('close', again, { once: true });
  }

  function again() {
    if (Date.now() - openedAt > goodAfter) failures = 0;
    const wait = waitBefore(failures++);
    timer = setTimeout(open, wait);
    on.lost?.(Date.now() + wait);
  }

  open();
  return {
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      socket?.removeEventListener('close', again);
      socket?.close();
    },
  };
}
