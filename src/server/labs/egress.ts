import { lookup } from 'node:dns/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { BlockList, connect, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../log.ts';

/** lab-egress is started again after it ended, ms. */
const againAfterMs = 2000;
/** Connections of one lab at once. */
const mostAtOnce = 50;
/** For the address outside to answer, ms. */
const patienceMs = 10_000;

/** What no name may lead to: this machine, its network, and the metadata of clouds. */
const inside = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  inside.addSubnet(net, bits);
}
for (const [net, bits] of [
  ['::', 8],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  inside.addSubnet(net, bits, 'ipv6');
}

interface Options {
  engine: Engine;
  /** `host:port` or `*.host:port`; empty: there is no way out. */
  allowed: readonly string[];
  log: Log;
}

/**
 * The way out of labs, off by default: an HTTP proxy that knows CONNECT and a list of addresses. Labs have no network;
 * their connections come through the engine (`lab-egress` in the sandbox), so that nothing else of ours can be reached.
 */
export class Egress implements AsyncDisposable {
  readonly #options: Options;
  readonly #followed = new Map<string, { stop: AbortController; done: Promise<void>; open: number }>();
  readonly #proxy: Server;

  constructor(options: Options) {
    this.#options = options;
    this.#proxy = createServer((_, response) => response.writeHead(405).end('Only CONNECT leads out of a lab.\n'));
    this.#proxy.on('connect', (request, socket, head) => void this.#connect(request, socket, head));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#followed.keys()].map((ref) => this.forget(ref)));
  }

  /** Opens the way out for a sandbox, where there is any. Doing it twice is doing it once. */
  follow(ref: string): void {
    if (this.#options.allowed.length === 0 || this.#followed.has(ref)) return;
    const followed = { stop: new AbortController(), done: Promise.resolve(), open: 0 };
    this.#followed.set(ref, followed);
    followed.done = this.#follow(ref, followed);
  }

  /** The sandbox is gone. */
  async forget(ref: string): Promise<void> {
    const followed = this.#followed.get(ref);
    this.#followed.delete(ref);
    followed?.stop.abort();
    await followed?.done;
  }

  async #follow(ref: string, followed: { stop: AbortController; open: number }): Promise<void> {
    const { signal } = followed.stop;
    while (!signal.aborted) {
      try {
        for await (const line of this.#options.engine.lines(ref, ['/opt/lab/bin/lab-egress'], signal)) {
          // What is not taken, lab-egress closes by itself.
          if (/^\d+$/.test(line) && followed.open < mostAtOnce) void this.#take(ref, line, followed);
        }
      } catch (error) {
        if (!signal.aborted) this.#options.log.debug({ ref, error: (error as Error).message }, 'no way out');
      }
      await sleep(againAfterMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #take(ref: string, number: string, followed: { open: number }): Promise<void> {
    followed.open++;
    try {
      const stream = await this.#options.engine.stream(ref, ['/opt/lab/bin/lab-egress', number]);
      stream.on('error', () => stream.destroy());
      stream.on('close', () => followed.open--);
      this.#proxy.emit('connection', stream);
    } catch (error) {
      followed.open--;
      this.#options.log.debug({ ref, error: (error as Error).message }, 'a connection out was not taken');
    }
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refuse = (status: string, why: string) =>
      socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\n\r\n${why}\n`);
    socket.on('error', () => socket.destroy());
    const target = request.url ?? '';
    const [, host = '', port = ''] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(target) ?? [];
    if (!isAllowed(this.#options.allowed, host, port)) {
      this.#options.log.info({ target }, 'a lab asked for an address that is not allowed');
      refuse('403 Forbidden', `${target} is not on this lab server's list of allowed addresses.`);
      return;
    }
    const address = await addressOf(host).catch(() => undefined);
    if (!address) {
      refuse('502 Bad Gateway', `${host} has no address that a lab may reach.`);
      return;
    }
    const outside = connect({ host: address, port: Number(port), timeout: patienceMs });
    outside.once('connect', () => {
      outside.setTimeout(0);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      outside.write(head);
      socket.pipe(outside).pipe(socket);
    });
    outside.once('timeout', () => outside.destroy(new Error('no answer')));
    outside.on('error', (error) => (outside.connecting ? refuse('502 Bad Gateway', error.message) : socket.destroy()));
    socket.on('close', () => outside.destroy());
  }
}

/** Whether the list has the address; `*.` stands for any name below. */
export function isAllowed(allowed: readonly string[], host: string, port: string): boolean {
  const name = host.toLowerCase();
  return allowed.some((entry) => {
    const [wanted = '', wantedPort] = entry.toLowerCase().split(':');
    if (wantedPort !== port) return false;
    return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted;
  });
}

/** An address of the name; one inside only where the operator wrote just that address. */
async function addressOf(host: string): Promise<string | undefined> {
  if (isIP(host)) return host;
  const found = await lookup(host, { all: true });
  return found.find(({ address, family }) => !inside.check(address, family === 6 ? 'ipv6' : 'ipv4'))?.address;
}
