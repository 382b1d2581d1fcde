import type { TicketView } from '../../shared/api.ts';
import {
  closeCodes,
  decodeServerFrame,
  encodeViewerFrame,
  type ServerFrame,
  type ViewerFrame,
} from '../../shared/terminal-protocol.ts';
import { ask, ProblemError, sentenceOf } from '../api.ts';
import { waitBefore } from '../back-off.ts';
import { goodAfter } from '../socket.ts';

/** Failures in a row after which the page stops trying by itself; about a minute. */
const patience = 8;

export type LinkState =
  | { kind: 'connecting' }
  | { kind: 'open' }
  | { kind: 'waiting'; retryAt: number }
  /** Tried often enough; the learner decides. */
  | { kind: 'lost' }
  | { kind: 'denied'; sentence?: string }
  | { kind: 'failed' }
  | { kind: 'exited' }
  | { kind: 'resetting' }
  | { kind: 'closed' }
  | { kind: 'ended' };

/** What a close by the server means; every other is a lost connection. */
const closedAs: Record<number, LinkState> = {
  [closeCodes.reset]: { kind: 'resetting' },
  [closeCodes.ended]: { kind: 'ended' },
  [closeCodes.exited]: { kind: 'exited' },
  [closeCodes.denied]: { kind: 'denied' },
  [closeCodes.failed]: { kind: 'failed' },
  [closeCodes.closed]: { kind: 'closed' },
};

export interface LinkOwner {
  /** Offset and size to attach with. */
  attachment(): { from: number; columns: number; rows: number };
  frame(frame: ServerFrame): void;
  changed(state: LinkState): void;
}

/** The connection of one terminal: gets tickets, comes back after a loss, and knows why it was closed. */
export class TerminalLink implements Disposable {
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** Counts attempts: what belongs to an older one is ignored. */
  #attempt = 0;

  readonly #lab: string;
  readonly #terminal: string;
  readonly #owner: LinkOwner;

  constructor(lab: string, terminal: string, owner: LinkOwner) {
    this.#lab = lab;
    this.#terminal = terminal;
    this.#owner = owner;
  }

  async connect(): Promise<void> {
    this.#leave();
    const attempt = this.#attempt;
    this.#owner.changed({ kind: 'connecting' });
    try {
      const { ticket } = await ask<TicketView>('POST', `labs/${this.#lab}/tickets`, { terminal: this.#terminal });
      if (attempt === this.#attempt) this.#open(ticket);
    } catch (error) {
      if (attempt === this.#attempt) this.#refused(error);
    }
  }

  send(frame: ViewerFrame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encodeViewerFrame(frame));
  }

  [Symbol.dispose](): void {
    this.#leave();
  }

  #open(ticket: string): void {
    const { from, columns, rows } = this.#owner.attachment();
    const query = new URLSearchParams({ from: `${from}`, ticket, columns: `${columns}`, rows: `${rows}` });
    const path = `/ws/labs/${this.#lab}/terminals/${this.#terminal}?${query}`;
    const socket = new WebSocket(new URL(path, location.href.replace(/^http/, 'ws')));
    socket.binaryType = 'arraybuffer';
    let openedAt = Number.POSITIVE_INFINITY;
    socket.addEventListener('open', () => {
      openedAt = Date.now();
      this.#owner.changed({ kind: 'open' });
    });
    socket.addEventListener('message', (event) => {
      this.#owner.frame(decodeServerFrame(new Uint8Array(event.data)));
    });
    socket.addEventListener('close', (event) => {
      if (Date.now() - openedAt > goodAfter) this.#failures = 0;
      if (this.#socket === socket) this.#closed(event.code);
    });
    this.#socket = socket;
  }

  #closed(code: number): void {
    this.#socket = undefined;
    const state = closedAs[code];
    if (state) this.#owner.changed(state);
    else this.#again();
  }

  #refused(error: unknown): void {
    const code = error instanceof ProblemError ? error.code : 'internal';
    if (code === 'lab-ended') this.#owner.changed({ kind: 'ended' });
    else if (code === 'lab-not-ready') this.#owner.changed({ kind: 'resetting' });
    else if (code === 'unreachable' || code === 'internal' || code === 'engine-down') this.#again();
    else this.#owner.changed({ kind: 'denied', sentence: sentenceOf(error) });
  }

  #again(): void {
    if (this.#failures >= patience) {
      this.#failures = 0;
      this.#owner.changed({ kind: 'lost' });
      return;
    }
    const wait = waitBefore(this.#failures++);
    this.#timer = setTimeout(() => this.connect(), wait);
    this.#owner.changed({ kind: 'waiting', retryAt: Date.now() + wait });
  }

  #leave(): void {
    this.#attempt++;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}
