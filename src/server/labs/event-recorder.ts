import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Engine, SandboxGoneError } from '../engine/engine.ts';
import type { Log } from '../log.ts';

/** Kept per sandbox, events and characters; a lab that makes containers in a loop loses its oldest ones. */
const kept = { events: 4000, size: 2 ** 21 };
/** Labels make an event as long as somebody likes; a longer one is cut to what checks and map read, characters. */
const longestEvent = 4096;
/** Of the list of containers, bytes: what calls itself the daemon may be the learner's. */
const longestList = 2 ** 18;
/** The daemon was restarted, or the way to it was cut; doubled while it does not stay, ms. */
const againAfterMs = { first: 250, last: 2000 };
/** What came since the last write is lost by a crash, and asked for again afterwards, ms. */
const writeEveryMs = 500;

/** Every action but exec_*: our own checks are execs, and the daemon itself remembers only 256 events. */
const actions =
  'attach commit connect copy create delete destroy detach die disable disconnect enable export health_status import ' +
  'install kill load mount oom pause prune pull push reload remove rename restart save start stop tag unmount unpause ' +
  'untag update';
const filters = JSON.stringify({ event: actions.split(' ') });

/**
 * A command in L1 that prints the daemon's events after a moment, as its `since` takes it, and goes on for ever; at a
 * pace that a false daemon does not hold us up with.
 */
export const newEvents = (since: string) =>
  '/opt/lab/bin/curl --silent --no-buffer --limit-rate 100k --unix-socket /run/docker.sock ' +
  '--get http://docker/events ' +
  `--data-urlencode 'filters=${filters}' --data-urlencode "since=${since}"`;

/** Ends a part of what is printed by `follow`. */
const mark = '.';
const list = "/opt/lab/bin/docker ps --all --no-trunc --format '{{.ID}} {{.Image}} {{.Names}}'";
/**
 * When things may have happened unseen: the containers that there are, and what the daemon remembers until then. After
 * both, in any case, what it does.
 */
const follow = (since: string) =>
  since === '1'
    ? `echo ${mark}; echo ${mark}; exec ${newEvents(since)}`
    : `${list} | /opt/lab/bin/busybox head -c ${longestList}
echo; echo ${mark}
now=$(/opt/lab/bin/jq -n now)
${newEvents(since)} --data-urlencode "until=$now"
echo ${mark}
exec ${newEvents('$now')}`;

const dockerEvent = z.looseObject({
  Type: z.string(),
  Action: z.string(),
  Actor: z.looseObject({ ID: z.string(), Attributes: z.record(z.string(), z.string()).optional() }),
  /** It was not seen, but what is there now says that it happened. */
  relisted: z.boolean().optional(),
});
/** An event of a sandbox's own daemon, with the daemon's own names. */
export type DaemonEvent = z.infer<typeof dockerEvent>;
type Actor = DaemonEvent['Actor'];
type Containers = Map<string, Actor>;

interface Followed {
  lines: string[];
  /** Their characters, and those that are on disk. */
  size: number;
  written: number;
  /** How many of the last ones are not. */
  unwritten: number;
  isTelling: boolean;
  /** Nanoseconds since 1970, as text: they do not fit a number. */
  last: string | undefined;
  stop: AbortController;
  done: Promise<void>;
}

interface Options {
  engine: Engine;
  /** One file per sandbox, so that a restarted server knows what happened before. */
  folder: string;
  log: Log;
}

/**
 * Keeps what the daemon of every sandbox did since the sandbox began, for checks and map. It stands on the server: a
 * learner is root where the daemon runs.
 */
export class EventRecorder implements AsyncDisposable {
  readonly #options: Options;
  readonly #followed = new Map<string, Followed>();
  readonly #listeners = new Set<(ref: string) => void>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => this.#write(), writeEveryMs);
    this.#timer.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const { stop } of this.#followed.values()) stop.abort();
    await Promise.all([...this.#followed.values()].map(({ done }) => done));
    this.#write();
    await this.#writing;
  }

  /** Begins to record a sandbox, or goes on where an earlier server stopped. Doing it twice is doing it once. */
  follow(ref: string): void {
    if (this.#followed.has(ref)) return;
    const followed: Followed = {
      lines: [],
      size: 0,
      written: 0,
      unwritten: 0,
      isTelling: false,
      last: undefined,
      stop: new AbortController(),
      done: Promise.resolve(),
    };
    this.#followed.set(ref, followed);
    followed.done = this.#follow(ref, followed);
  }

  /** The sandbox's events, one JSON a line, oldest first, and from when on the daemon has to be asked for more. */
  record(ref: string): { text: string; since: string } {
    const { lines = [], last } = this.#followed.get(ref) ?? {};
    return { text: lines.map((line) => `${line}\n`).join(''), since: sinceAfter(last) };
  }

  /** Calls the listener whenever there are new events; the answer ends that. */
  listen(listener: (ref: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The sandbox is gone. */
  async forget(ref: string): Promise<void> {
    const followed = this.#followed.get(ref);
    followed?.stop.abort();
    await followed?.done;
    this.#followed.delete(ref);
    await this.#inTurn(() => rm(this.#file(ref), { force: true }));
  }

  /** The sandboxes that a record was kept of, followed or not. */
  async kept(): Promise<string[]> {
    const names = await readdir(this.#options.folder).catch(() => []);
    return names.map((name) => name.replace(/\.jsonl$/, ''));
  }

  async #follow(ref: string, followed: Followed): Promise<void> {
    const { signal } = followed.stop;
    const text = await readFile(this.#file(ref), 'utf8').catch(() => '');
    followed.written = text.length;
    for (const line of text.split('\n')) if (readEvent(line)) keep(followed, line);
    let wait = againAfterMs.first;
    while (!signal.aborted) {
      const begun = performance.now();
      try {
        await this.#followOnce(ref, followed);
      } catch (error) {
        // Whoever removes it says so by `forget`.
        if (error instanceof SandboxGoneError) return;
        if (!signal.aborted) this.#options.log.debug({ ref, error: (error as Error).message }, 'events');
      }
      const stayed = performance.now() - begun >= againAfterMs.last;
      wait = stayed ? againAfterMs.first : Math.min(wait * 2, againAfterMs.last);
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  async #followOnce(ref: string, followed: Followed): Promise<void> {
    const command = ['/opt/lab/bin/busybox', 'sh', '-c', follow(sinceAfter(followed.last))];
    const known = containersIn(followed.lines);
    const listed: Containers = new Map();
    const remembered = new Set<string>();
    let part = 0;
    for await (const line of this.#options.engine.lines(ref, command, followed.stop.signal)) {
      if (line === mark) {
        part++;
        // Of the others the daemon, which was restarted, does not tell any more.
        const isMissed = ({ ID }: Actor) => part === 2 && listed.has(ID) !== known.has(ID) && !remembered.has(ID);
        for (const actor of listed.values().filter(isMissed)) this.#add(ref, followed, relisted('create', actor));
        for (const actor of known.values().filter(isMissed)) this.#add(ref, followed, relisted('destroy', actor));
      } else if (part === 0) {
        const [ID = '', image = '', name = ''] = line.split(' ');
        if (ID) listed.set(ID, { ID, Attributes: { image, name } });
      } else {
        if (part === 1) remembered.add(readEvent(line)?.Actor.ID ?? '');
        this.#add(ref, followed, line);
      }
    }
  }

  #add(ref: string, followed: Followed, line: string): void {
    const event = readEvent(line);
    const short = event && line.length > longestEvent ? cut(event, line) : line;
    if (!event || short.length > longestEvent) return;
    keep(followed, short);
    followed.unwritten++;
    if (followed.isTelling) return;
    followed.isTelling = true;
    // Once for all that have come together: each sets checks and map to work.
    setImmediate(() => {
      followed.isTelling = false;
      for (const listener of this.#listeners) listener(ref);
    });
  }

  #write(): void {
    for (const [ref, followed] of this.#followed) {
      if (followed.unwritten === 0) continue;
      const isLong = followed.written > kept.size;
      const lines = isLong ? followed.lines : followed.lines.slice(-followed.unwritten);
      const text = lines.map((line) => `${line}\n`).join('');
      followed.unwritten = 0;
      followed.written = text.length + (isLong ? 0 : followed.written);
      void this.#inTurn(async () => {
        await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
        await (isLong ? writeFile : appendFile)(this.#file(ref), text);
      });
    }
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing
      .then(action)
      .catch((error: Error) => this.#options.log.warn({ error: error.message }, 'events were not written down'));
    return this.#writing;
  }

  #file(ref: string): string {
    return join(this.#options.folder, `${ref}.jsonl`);
  }
}

/** The daemon includes the moment that it is given: go on one nanosecond later. 1: from its beginning. */
function sinceAfter(last: string | undefined): string {
  if (!last) return '1';
  const next = `${BigInt(last) + 1n}`;
  return `${next.slice(0, -9)}.${next.slice(-9)}`;
}

function keep(followed: Followed, line: string): void {
  followed.lines.push(line);
  followed.size += line.length;
  if (followed.lines.length > kept.events || followed.size > kept.size) {
    for (const old of followed.lines.splice(0, followed.lines.length / 4)) followed.size -= old.length;
  }
  followed.last = nanoseconds(line) ?? followed.last;
}

/** Nineteen digits, as text: a number would lose the last ones. None in an event of our own. */
function nanoseconds(line: string): string | undefined {
  return /"timeNano":(\d{19})\b/.exec(line)?.[1];
}

/** Undefined for what is not an event: a learner may put anything in the daemon's place. */
function readEvent(line: string): DaemonEvent | undefined {
  try {
    return dockerEvent.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** The containers that there are after these events. */
function containersIn(lines: readonly string[]): Containers {
  const known: Containers = new Map();
  for (const line of lines) {
    const event = readEvent(line);
    if (event?.Type !== 'container') continue;
    if (event.Action === 'create') known.set(event.Actor.ID, event.Actor);
    if (event.Action === 'destroy') known.delete(event.Actor.ID);
  }
  return known;
}

function relisted(action: string, actor: Actor): string {
  const [status, id, from] = [action, actor.ID, actor.Attributes?.image];
  return JSON.stringify({ status, id, from, Type: 'container', Action: action, Actor: actor, relisted: true });
}

function cut({ Type, Action, Actor }: DaemonEvent, line: string): string {
  const { image = '', name = '', exitCode = '' } = Actor.Attributes ?? {};
  const short = { Type, Action, Actor: { ID: Actor.ID, Attributes: { image, name, exitCode } } };
  return `${JSON.stringify(short).slice(0, -1)},"timeNano":${nanoseconds(line) ?? 0}}`;
}
