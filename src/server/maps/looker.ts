import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { ProcessesView } from '../../shared/api.ts';
import type { MapHost } from '../../shared/map.ts';
import { type Engine, EngineFailedError } from '../engine/engine.ts';
import { parseFacts } from './facts.ts';
import { buildMap } from './map-builder.ts';

/** Containers shown per daemon. */
const shownPerDaemon = 60;
/** Processes shown of a container. */
const shownProcesses = 100;
/** A look may take so long, ms; each of the daemons is given up long before. */
const deadlineMs = 10_000;
/** Characters of one look: two dozen full daemons take half of it. */
const longest = 2 ** 22;
/**
 * A daemon that did not answer may just have begun, and is asked again after so long, ms, each time twice that; until
 * then it does not hold up the others.
 */
const silenceMs = { first: 1000, last: 8000 };

/** Looks at a sandbox again and again by one command that stays there: beginning one takes as long as a look. */
export class Looker implements Disposable {
  readonly #engine: Engine;
  readonly #ref: string;
  #stream: Duplex | undefined;
  #isOver = false;
  #text = '';
  #answer: PromiseWithResolvers<string> | undefined;
  /** How long a silent daemon's process is left alone, and until when, by performance.now(). */
  readonly #silent = new Map<number, { wait: number; until: number }>();

  constructor(engine: Engine, ref: string) {
    this.#engine = engine;
    this.#ref = ref;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#stream?.destroy();
  }

  /** When a daemon that is left alone now is to be asked again; Infinity without any. */
  get silentUntil(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#silent.values()].map(({ until }) => until));
  }

  /**
   * The map now; one look at a time. What `before` shows of daemons that are silent is kept. What daemons hardly ever
   * change is only asked `anew` on demand.
   *
   * @throws what Engine.stream throws, and EngineFailedError when the sandbox's tools did not do their work.
   */
  async look(before?: MapHost, anew = false): Promise<MapHost> {
    const now = performance.now();
    const left = [...this.#silent].flatMap(([pid, { until }]) => (until > now ? pid : []));
    const facts = parseFacts(await this.#ask(`${anew ? 'anew' : 'kept'} ${left.join(' ')}\n`));
    const silent = new Set(facts.silent.map(({ pid }) => pid));
    for (const pid of this.#silent.keys()) if (!silent.has(pid)) this.#silent.delete(pid);
    for (const pid of silent) {
      if (left.includes(pid)) continue;
      const wait = Math.min((this.#silent.get(pid)?.wait ?? silenceMs.first / 2) * 2, silenceMs.last);
      this.#silent.set(pid, { wait, until: performance.now() + wait });
    }
    return buildMap(facts, before);
  }

  async #ask(question: string): Promise<string> {
    const stream = this.#stream ?? (await this.#begin());
    this.#answer = Promise.withResolvers();
    const timer = setTimeout(() => stream.destroy(new EngineFailedError('look.sh takes too long')), deadlineMs);
    stream.write(question);
    try {
      return await this.#answer.promise;
    } finally {
      clearTimeout(timer);
      this.#text = '';
    }
  }

  async #begin(): Promise<Duplex> {
    const command = ['/opt/lab/bin/busybox', 'sh', '-c', await script('look'), 'look', `${shownPerDaemon}`];
    const stream = await this.#engine.stream(this.#ref, command);
    const decoder = new TextDecoder();
    this.#stream = stream
      .on('data', (bytes: Uint8Array) => {
        this.#text += decoder.decode(bytes, { stream: true });
        if (this.#text.endsWith('\nend\n')) this.#answer?.resolve(this.#text);
        else if (this.#text.length > longest) stream.destroy(new EngineFailedError('look.sh says too much'));
      })
      // Its other half would stay open.
      .on('end', () => stream.destroy())
      .on('error', (error) => this.#answer?.reject(error))
      .on('close', () => {
        this.#stream = undefined;
        this.#answer?.reject(new EngineFailedError('look.sh has ended'));
      });
    if (this.#isOver) stream.destroy();
    return stream;
  }
}

/** One look at a sandbox. @throws as `Looker.look`. */
export async function lookAt(engine: Engine, ref: string): Promise<MapHost> {
  using looker = new Looker(engine, ref);
  return await looker.look();
}

/** The process and everything below it, as L1 sees them. @throws what Engine.exec throws. */
export async function processesBelow(engine: Engine, ref: string, pid: number): Promise<ProcessesView['processes']> {
  const argv = ['/opt/lab/bin/busybox', 'sh', '-s', `${pid}`, `${shownProcesses}`];
  const result = await engine.exec(ref, argv, { stdin: await script('processes') });
  return result.stdout.split('\n').flatMap((line) => {
    const [, uid, pids = '', command = ''] = /^(\d+) ([\d,]+) (.*)$/.exec(line) ?? [];
    return uid ? [{ uid: Number(uid), pids: pids.split(',').map(Number), command }] : [];
  });
}

const texts = new Map<string, Promise<string>>();

/** A script with what all have in common before it. */
export function script(name: 'look' | 'follow' | 'processes'): Promise<string> {
  const read = (file: string) => readFile(join(import.meta.dirname, `${file}.sh`), 'utf8');
  const known = texts.get(name) ?? Promise.all([read('sockets'), read(name)]).then((parts) => parts.join('\n'));
  texts.set(name, known);
  return known;
}
