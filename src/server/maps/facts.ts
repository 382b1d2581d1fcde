import { z } from 'zod';

const text = z.string().nullish();
const list = z.array(z.string()).nullish();

const seenContainer = z.object({
  id: z.string(),
  created: z.string(),
  name: z.string(),
  image: z.string(),
  state: z.string(),
  pid: z.int(),
  exitCode: z.int(),
  health: text,
  privileged: z.boolean(),
  security: z.array(z.string()),
  runtime: text,
  hostPid: z.boolean(),
  hostNetwork: z.boolean(),
  mounts: z.array(
    z.object({ type: z.string(), source: z.string(), name: text, to: z.string(), writable: z.boolean() }),
  ),
  ports: z.array(z.string()),
  addresses: z.array(z.string()),
  env: z.array(z.string()),
});
export type SeenContainer = z.infer<typeof seenContainer>;

const seenDaemon = z.object({
  pid: z.int(),
  socket: z.string(),
  args: z.array(z.string()),
  config: z.object({ dns: list, hosts: list, tls: z.boolean().nullish(), tlsverify: z.boolean().nullish() }),
  id: z.string(),
  version: z.string(),
  driver: z.string(),
  backing: text,
  root: z.string(),
  runtime: z.string(),
  total: z.int(),
  security: z.array(z.string()),
  bridge: text,
  subnet: text,
  gateway: text,
  mtu: text,
  containers: z.array(seenContainer),
});
export type SeenDaemon = z.infer<typeof seenDaemon>;

export interface Process {
  kind: 'daemon' | 'first' | 'shim' | 'other';
  pid: number;
  parent: number;
  /** Bounding set, hexadecimal. */
  capabilities: string;
  seccomp: number;
  /** Its number at L1 and in each PID namespace further in. */
  pids: number[];
}

/** What look.sh has printed. Maps are by PID at L1. */
export interface Facts {
  kernel: string;
  processes: Map<number, Process>;
  pidNamespaces: Map<number, string>;
  /** First line of uid_map: inside, outside, count. */
  uids: Map<number, [number, number, number]>;
  memory: Map<number, { limit: number; used: number }>;
  /** Device and inode of sockets, by PID and path in that process's root. */
  sockets: { pid: number; path: string; file: string }[];
  daemons: SeenDaemon[];
  silent: { pid: number; socket: string }[];
}

/** A line that is not as it should be is left out; a daemon that answered nonsense counts as silent. */
export function parseFacts(output: string): Facts {
  const facts: Facts = {
    kernel: '',
    processes: new Map(),
    pidNamespaces: new Map(),
    uids: new Map(),
    memory: new Map(),
    sockets: [],
    daemons: [],
    silent: [],
  };
  for (const line of output.split('\n')) {
    const space = line.indexOf(' ');
    readers[line.slice(0, space)]?.(facts, line.slice(space + 1));
  }
  return facts;
}

const readers: Record<string, (facts: Facts, rest: string) => void> = {
  kernel(facts, rest) {
    facts.kernel = rest;
  },
  proc(facts, rest) {
    const [kind = '', pid, parent, , capabilities = '', seccomp, ...pids] = rest.split(' ');
    facts.processes.set(Number(pid), {
      kind: kind as Process['kind'],
      pid: Number(pid),
      parent: Number(parent),
      capabilities,
      seccomp: Number(seccomp),
      pids: pids.map(Number),
    });
  },
  ns(facts, rest) {
    const [inode = '', path = ''] = rest.split(' ');
    facts.pidNamespaces.set(pidOf(path), inode);
  },
  uid(facts, rest) {
    const [pid = 0, inside = 0, outside = 0, count = 0] = rest.split(' ').map(Number);
    facts.uids.set(pid, [inside, outside, count]);
  },
  memory(facts, rest) {
    const [pid = 0, limit = 0, used = 0] = rest.replace(' max ', ' Infinity ').split(' ').map(Number);
    facts.memory.set(pid, { limit, used });
  },
  socket(facts, rest) {
    const [, file = '', path = ''] = /^(\S+) (.*)$/.exec(rest) ?? [];
    facts.sockets.push({ pid: pidOf(path), path: path.replace(/^\/proc\/\d+\/root/, ''), file });
  },
  silent(facts, rest) {
    const [, pid, socket = ''] = /^(\d+) (.*)$/.exec(rest) ?? [];
    facts.silent.push({ pid: Number(pid), socket });
  },
  daemon(facts, rest) {
    const seen = seenDaemon.safeParse(parseJson(rest));
    if (seen.success) facts.daemons.push(seen.data);
    else {
      const partly = z.object({ pid: z.int(), socket: z.string() }).safeParse(parseJson(rest));
      if (partly.success) facts.silent.push(partly.data);
    }
  },
};

function pidOf(path: string): number {
  return Number(/^\/proc\/(\d+)\//.exec(path)?.[1]);
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
