import { z } from 'zod';

/** How a container reaches a daemon that it does not hold: by its mounted socket, or over the network. */
export const ways = ['socket', 'tcp', 'tls'] as const;
/** Mounts that decide who owns the machine: a daemon's socket, the whole root, the data of this or another daemon. */
export const mountKinds = ['socket', 'root', 'own-data', 'foreign-data'] as const;

const uids = z.object({ first: z.int(), count: z.int() });

const mapMount = z.object({
  kind: z.enum(mountKinds),
  /** A path at the owner's level, or a volume's name. */
  source: z.string(),
  to: z.string(),
  writable: z.boolean(),
});
export type MapMount = z.infer<typeof mapMount>;

const containerFacts = z.object({
  name: z.string(),
  id: z.string(),
  level: z.int(),
  image: z.string(),
  state: z.string(),
  health: z.string().optional(),
  /** Of a container that has ended. */
  exitCode: z.int().optional(),
  /** PIDs of its first process from L1 inwards; empty while it does not run. */
  pids: z.array(z.int()),
  privileged: z.boolean(),
  /** Capabilities beyond Docker's default, without `CAP_`; empty for a privileged one. */
  capabilities: z.array(z.string()),
  seccomp: z.enum(['filtered', 'unconfined']).optional(),
  /** Its root's uid at L1 and how many ids it has, where a user namespace maps them. */
  uids: uids.optional(),
  /** Bytes; without `limit` it has none of its own. */
  memory: z.object({ used: z.int(), limit: z.int().optional() }).optional(),
  mounts: z.array(mapMount),
  ports: z.array(z.string()),
  runtime: z.string().optional(),
  /** Namespaces that it shares with its daemon's machine. */
  shares: z.array(z.enum(['pid', 'network'])),
  /** Daemons that it talks to without holding them; `daemon` is a key of the map. */
  talks: z.array(z.object({ daemon: z.string(), way: z.enum(ways) })),
});
export type ContainerFacts = z.infer<typeof containerFacts>;

const daemonFacts = z.object({
  name: z.string(),
  id: z.string(),
  level: z.int(),
  /** `silent`: it did not answer in time, or nonsense; what is shown is what it said last. */
  state: z.enum(['answers', 'silent']),
  version: z.string(),
  driver: z.string(),
  /** Where its data lies, and on what: a volume or a folder of the level outside, or the container's own layer. */
  data: z.object({ root: z.string(), on: z.enum(['volume', 'folder', 'layer', 'disk']), what: z.string() }),
  /** Another daemon of the same level keeps its data in the same place; its key. */
  sharesDataWith: z.string().optional(),
  bridge: z.string().optional(),
  subnet: z.string().optional(),
  mtu: z.int().optional(),
  dns: z.array(z.string()),
  /** What it listens on besides its socket. */
  listens: z.enum(['tcp', 'tls']).optional(),
  runtime: z.string(),
  /** `rootless`, `userns`, as the daemon says. */
  security: z.array(z.string()),
  pid: z.int(),
  /** What its root is at L1, where a user namespace maps it. */
  uids: uids.optional(),
  /** More containers than shown. */
  omitted: z.int(),
});
export type DaemonFacts = z.infer<typeof daemonFacts>;

/** A daemon owns containers; a container may hold daemons. `key` stays the same while the thing exists. */
export type MapDaemon = DaemonFacts & { key: string; containers: MapContainer[] };
export type MapContainer = ContainerFacts & { key: string; daemons: MapDaemon[] };
/** L1, "the host" of the lessons, and everything inside it. */
export interface MapHost {
  name: string;
  level: 1;
  kernel: string;
  daemons: MapDaemon[];
}

/** One box of the tree without what is inside it; `parent` is empty for daemons of L1. */
export const mapNode = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('daemon'), key: z.string(), parent: z.string(), facts: daemonFacts }),
  z.object({ kind: z.literal('container'), key: z.string(), parent: z.string(), facts: containerFacts }),
]);
export type MapNode = z.infer<typeof mapNode>;

/** What has changed since the last one. With `kernel` it is a whole map and replaces what was known. */
export const mapChange = z.object({
  kernel: z.string().optional(),
  set: z.array(mapNode),
  gone: z.array(z.string()),
});
export type MapChange = z.infer<typeof mapChange>;
