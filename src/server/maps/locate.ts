import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Standing } from '../../shared/api.ts';
import { type Engine, EngineFailedError } from '../engine/engine.ts';

interface Process {
  pid: number;
  parent: number;
  group: number;
  session: number;
  hasTerminal: boolean;
  /** Group in the foreground of its terminal. */
  foreground: number;
  /** Clock ticks since the machine started. */
  startedAt: number;
}

const owned = z.array(z.object({ id: z.string(), name: z.string() }));

/** What locate.sh has printed. Keys are PIDs at L1. */
interface Facts {
  terminals: Map<string, number>;
  processes: Map<number, Process>;
  /** Mount namespaces. */
  mounts: Map<number, string>;
  /** Arguments of `docker` commands that run. */
  clients: Map<number, string[]>;
  /** The container of a shim. */
  shims: Map<number, string>;
  daemons: Map<number, z.infer<typeof owned>>;
  /** Sockets by device and inode: where a daemon listens, and which one a container reaches. */
  listens: Map<number, string>;
  reaches: Map<number, string>;
}

/** Where a terminal's shell stands, and the shells further in that its `docker` commands lead to (PIDs at L1). */
export interface Place {
  here: Standing;
  inner: number[];
}

let script: Promise<string> | undefined;

/**
 * Where the shells of a sandbox stand, by terminal: found out from outside by processes and namespaces, never by what is
 * on the screen. Throws what `Engine.exec` throws.
 */
export async function locateShells(engine: Engine, ref: string): Promise<Map<string, Place>> {
  script ??= Promise.all(
    ['sockets.sh', 'locate.sh'].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
  ).then((parts) => parts.join(''));
  const result = await engine.exec(ref, ['/opt/lab/bin/busybox', 'sh', '-s'], { stdin: await script, deadline: 5000 });
  if (result.code !== 0) throw new EngineFailedError(`locate.sh ended with ${result.code}: ${result.stderr.trim()}`);
  return locate(result.stdout);
}

/** Reads what locate.sh printed. */
export function locate(output: string): Map<string, Place> {
  const places = new Places(readFacts(output));
  return new Map([...places.facts.terminals.keys()].map((name) => [name, places.of(name)]));
}

/** Follows each terminal from its shell inwards. */
class Places {
  readonly facts: Facts;
  /** First processes of containers and of execs, which a client may have started; each belongs to one client. */
  readonly #begun: Process[];
  readonly #leadsTo = new Map<number, Process>();

  constructor(facts: Facts) {
    this.facts = facts;
    const all = [...facts.processes.values()].sort((a, b) => a.startedAt - b.startedAt);
    this.#begun = all.filter(({ parent }) => facts.shims.has(parent));
    const free = new Set(this.#begun.filter((process) => process.hasTerminal && process.session === process.pid));
    // The one that was typed first began first.
    for (const client of all.filter(({ pid }) => facts.clients.has(pid))) {
      const found = this.#startedBy(client, [...free]);
      if (!found) continue;
      free.delete(found);
      this.#leadsTo.set(client.pid, found);
    }
  }

  of(terminal: string): Place {
    let shell = this.facts.processes.get(this.facts.terminals.get(terminal) ?? 0);
    const inner: number[] = [];
    while (shell) {
      const next: Process | undefined = this.#group(shell).flatMap(({ pid }) => this.#leadsTo.get(pid) ?? [])[0];
      if (!next || inner.includes(next.pid)) break;
      inner.push(next.pid);
      shell = next;
    }
    const container = shell && this.#containerOf(this.#front(shell));
    const chain = container ? this.#chain(container) : [];
    const daemon = this.#daemonNear(container);
    return { here: { level: chain.length + 1, chain, ...(daemon ? { daemon } : {}) }, inner };
  }

  /** What has the foreground of the shell's terminal; the shell itself at a prompt. */
  #front(shell: Process): Process {
    return this.#group(shell)[0] ?? shell;
  }

  #group({ session, foreground }: Process): Process[] {
    return [...this.facts.processes.values()].filter((p) => p.session === session && p.group === foreground);
  }

  /** The process at the other end of an `exec -it`, `run -it`, `attach` or `start -a`. */
  #startedBy(client: Process, free: readonly Process[]): Process | undefined {
    const words = this.facts.clients.get(client.pid) ?? [];
    const verb = words.find((word) => ['exec', 'run', 'attach', 'start'].includes(word));
    if (!verb) return undefined;
    const daemon = this.#socketNear(this.#containerOf(client));
    const reached = free.filter((process) => this.#socketOfOwner(this.#shimContainer(process)) === daemon);
    const isNamed = (process: Process) => words.some((word) => this.#isCalled(this.#shimContainer(process), word));
    const isFirst = (process: Process) => this.#first(this.#shimContainer(process)) === process;
    // A container that is attached to may be older than the client; what a client starts is not.
    if (verb === 'attach' || verb === 'start') return reached.find((process) => isFirst(process) && isNamed(process));
    const later = reached.filter(({ startedAt }) => startedAt >= client.startedAt);
    if (verb === 'exec') return later.find(isNamed);
    const first = later.filter(isFirst);
    return first.find(isNamed) ?? first[0];
  }

  #isCalled(container: string, word: string): boolean {
    return this.#name(container) === word || (/^[0-9a-f]{2,}$/.test(word) && container.startsWith(word));
  }

  /** The id of the container that a process is in, told by its mounts: `nsenter` leads there, too. */
  #containerOf(process: Process): string | undefined {
    const { mounts } = this.facts;
    const mount = mounts.get(process.pid);
    if (mount === mounts.get(1)) return undefined;
    const same = this.#begun.find(({ pid }) => mounts.get(pid) === mount);
    if (same) return this.#shimContainer(same);
    // In a namespace of its own making: its ancestors tell.
    for (let at: Process | undefined = process; at; at = this.facts.processes.get(at.parent)) {
      if (this.facts.shims.has(at.parent)) return this.#shimContainer(at);
    }
    return undefined;
  }

  #shimContainer({ parent }: Process): string {
    return this.facts.shims.get(parent) ?? '';
  }

  #first(container: string): Process | undefined {
    return this.#begun.find((process) => this.#shimContainer(process) === container);
  }

  /** Containers from L1 to this one, as their daemons own each other. */
  #chain(container: string): string[] {
    const chain = [this.#name(container)];
    for (let at = this.#home(container); at && chain.length < 8; at = this.#home(at)) chain.unshift(this.#name(at));
    return chain;
  }

  #owner(container: string): number | undefined {
    return [...this.facts.daemons].find(([, own]) => own.some(({ id }) => id === container))?.[0];
  }

  /** The container in which the daemon runs that owns this one; undefined at L1. */
  #home(container: string): string | undefined {
    // A daemon that does not answer, is known by where it keeps its shims.
    const pid = this.#owner(container) ?? this.#first(container)?.parent;
    const process = pid === undefined ? undefined : this.facts.processes.get(pid);
    return process && this.#containerOf(process);
  }

  #name(container: string): string {
    const all = [...this.facts.daemons.values()].flat();
    return all.find(({ id }) => id === container)?.name || container.slice(0, 12);
  }

  #socketOfOwner(container: string): string | undefined {
    const owner = this.#owner(container);
    return owner === undefined ? undefined : this.facts.listens.get(owner);
  }

  /** The socket that `docker` finds in a container, or at L1. */
  #socketNear(container: string | undefined): string | undefined {
    const process = container === undefined ? 1 : this.#first(container)?.pid;
    return process === undefined ? undefined : this.facts.reaches.get(process);
  }

  #daemonNear(container: string | undefined): string | undefined {
    const socket = this.#socketNear(container);
    const daemon = [...this.facts.listens].find(([, listens]) => listens === socket && socket !== undefined);
    const process = daemon && this.facts.processes.get(daemon[0]);
    if (!process) return undefined;
    const home = this.#containerOf(process);
    return home === undefined ? 'host' : this.#name(home);
  }
}

/** A line that is not as it should be is left out. */
function readFacts(output: string): Facts {
  const facts: Facts = {
    ...{ terminals: new Map(), processes: new Map(), mounts: new Map(), clients: new Map() },
    ...{ shims: new Map(), daemons: new Map(), listens: new Map(), reaches: new Map() },
  };
  for (const line of output.split('\n')) {
    const [kind = '', first = '', ...rest] = line.split(' ');
    const pid = Number(first);
    const value = rest.join(' ');
    if (kind === 'terminal') facts.terminals.set(first, Number(value));
    else if (kind === 'stat') readProcess(line.slice('stat '.length), facts.processes);
    else if (kind === 'mount') facts.mounts.set(Number(/\d+/.exec(value)?.[0]), first);
    else if (kind === 'client') facts.clients.set(pid, value.split('\x1f').slice(1));
    else if (kind === 'shim') facts.shims.set(pid, value);
    else if (kind === 'listens') facts.listens.set(pid, value);
    else if (kind === 'reaches') facts.reaches.set(pid, value);
    else if (kind === 'daemon') facts.daemons.set(pid, readOwned(value));
  }
  return facts;
}

/** /proc/PID/stat; a name may hold spaces and brackets. */
function readProcess(line: string, into: Map<number, Process>): void {
  const end = line.lastIndexOf(')');
  const [, parent, group, session, terminal, foreground, ...rest] = line
    .slice(end + 2)
    .split(' ')
    .map(Number);
  const pid = Number.parseInt(line, 10);
  const startedAt = rest[13];
  if (end < 0 || startedAt === undefined || parent === undefined || group === undefined) return;
  if (session === undefined || foreground === undefined) return;
  into.set(pid, { pid, parent, group, session, hasTerminal: terminal !== 0, foreground, startedAt });
}

function readOwned(json: string): z.infer<typeof owned> {
  try {
    return owned.parse(JSON.parse(json));
  } catch {
    return [];
  }
}
