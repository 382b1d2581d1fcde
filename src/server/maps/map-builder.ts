import type { ContainerFacts, DaemonFacts, MapContainer, MapDaemon, MapHost, MapMount } from '../../shared/map.ts';
import { mapDaemons } from '../../shared/map-tree.ts';
import { capabilitiesBeyondDefault } from './capabilities.ts';
import type { Facts, Process, SeenContainer, SeenDaemon } from './facts.ts';

/** Memory in use is told in steps of this many bytes, so that breathing is no news. */
const memoryStep = 2 ** 20;
/** cgroup v1 says nearly 2^63 when there is no limit. */
const noLimit = 2 ** 60;
/** Daemons of one map; the rest is not shown. */
const daemonsMost = 24;

/** A daemon as found: what it answered, or undefined while it is silent. */
interface Found {
  pid: number;
  socket: string;
  seen: SeenDaemon | undefined;
}

/** A container that a daemon claims, with its first process at L1 while it runs. */
interface Claimed {
  seen: SeenContainer;
  first: Process | undefined;
}

/** The tree that these facts tell. A silent daemon keeps what `before` shows of it. */
export function buildMap(facts: Facts, before?: MapHost): MapHost {
  return new MapBuilder(facts, before).host();
}

class MapBuilder {
  readonly #facts: Facts;
  readonly #found: Found[];
  readonly #claims = new Map<number, Claimed[]>();
  /** Whose first process a PID is. */
  readonly #claimedBy = new Map<number, Claimed>();
  /** By container: daemons that run in it; those of L1 under undefined. */
  readonly #inside: Map<Claimed | undefined, Found[]>;
  readonly #known: Map<string, MapDaemon>;
  readonly #keys = new Map<number, string>();

  constructor(facts: Facts, before: MapHost | undefined) {
    this.#facts = facts;
    this.#known = new Map((before ? mapDaemons(before) : []).map((daemon) => [daemon.key, daemon]));
    // Outer daemons first: a process belongs to the first that claims it, whatever an inner one says.
    this.#found = [
      ...facts.daemons.map((seen): Found => ({ pid: seen.pid, socket: seen.socket, seen })),
      ...facts.silent.map((silent): Found => ({ ...silent, seen: undefined })),
    ]
      .sort((a, b) => this.#depth(a.pid) - this.#depth(b.pid) || a.pid - b.pid)
      .slice(0, daemonsMost);
    for (const { pid, seen } of this.#found) {
      const claims = (seen?.containers ?? []).map((container) => this.#claim(pid, container));
      this.#claims.set(
        pid,
        claims.sort((a, b) => order(a.seen, b.seen)),
      );
    }
    this.#inside = Map.groupBy(this.#found, ({ pid }) => this.#holder(pid));
    this.#nameKeys(undefined, '');
  }

  host(): MapHost {
    return { name: 'host', level: 1, kernel: this.#facts.kernel, daemons: this.#daemons(undefined, 'host', 1) };
  }

  #depth(pid: number): number {
    return this.#facts.processes.get(pid)?.pids.length ?? 0;
  }

  /**
   * A container's first process is `pid` in its daemon's PID namespace, and a child of a shim that lives there. Two
   * daemons beside each other may use the same number, but not the same namespace.
   */
  #claim(daemonPid: number, seen: SeenContainer): Claimed {
    const { processes, pidNamespaces } = this.#facts;
    const isFirst = ({ kind, parent }: Process) =>
      kind === 'first' || (kind === 'daemon' && processes.get(parent)?.kind === 'shim');
    const depth = this.#depth(daemonPid);
    const home = pidNamespaces.get(daemonPid);
    const first = [...processes.values()].find(
      (process) =>
        seen.pid > 0 &&
        isFirst(process) &&
        process.pids[depth - 1] === seen.pid &&
        pidNamespaces.get(process.parent) === home &&
        !this.#claimedBy.has(process.pid),
    );
    const claimed = { seen, first };
    if (first) this.#claimedBy.set(first.pid, claimed);
    return claimed;
  }

  /** The container in which a process runs, found among its parents. What `docker exec` started hangs below its shim. */
  #holder(pid: number): Claimed | undefined {
    const { processes } = this.#facts;
    const ofShim = new Map([...this.#claimedBy.values()].map((claimed) => [claimed.first?.parent, claimed]));
    for (let at = processes.get(pid); at; at = processes.get(at.parent)) {
      const claimed = this.#claimedBy.get(at.pid) ?? (at.kind === 'shim' ? ofShim.get(at.pid) : undefined);
      if (claimed && at.pid !== pid) return claimed;
    }
    return undefined;
  }

  /** Keys first: a socket may lead to a daemon that comes later in the tree. */
  #nameKeys(holder: Claimed | undefined, parent: string): void {
    for (const { pid, socket } of this.#inside.get(holder) ?? []) {
      const key = `${parent}#${socket}`;
      this.#keys.set(pid, key);
      for (const claimed of this.#claims.get(pid) ?? []) this.#nameKeys(claimed, containerKey(key, claimed.seen));
    }
  }

  #daemons(holder: Claimed | undefined, name: string, level: number): MapDaemon[] {
    return (this.#inside.get(holder) ?? []).map((found) => {
      const key = this.#keys.get(found.pid) ?? '';
      if (!found.seen) return this.#silent(found, key, name, level);
      const containers = (this.#claims.get(found.pid) ?? []).map((claimed) =>
        this.#container(found, claimed, containerKey(key, claimed.seen), level + 1),
      );
      const omitted = Math.max(0, found.seen.total - containers.length);
      return {
        key,
        ...daemonFacts(found.seen, holder?.seen),
        ...this.#mapped(found.pid),
        ...this.#shared(found, holder),
        name,
        level,
        omitted,
        containers,
      };
    });
  }

  #silent({ pid }: Found, key: string, name: string, level: number): MapDaemon {
    const known = this.#known.get(key);
    if (known) return { ...known, state: 'silent', pid };
    const data = { root: '', on: 'disk', what: '' } as const;
    const unknown = { id: '', version: '', driver: '', data, dns: [], runtime: '', security: [], omitted: 0 };
    return { key, name, level, pid, state: 'silent', ...unknown, containers: [] };
  }

  #container(owner: Found, claimed: Claimed, key: string, level: number): MapContainer {
    const { seen, first } = claimed;
    const daemons = this.#daemons(claimed, seen.name, level);
    return {
      key,
      name: seen.name,
      id: seen.id,
      level,
      image: seen.image,
      state: seen.state,
      ...(seen.health ? { health: seen.health } : {}),
      ...(['exited', 'dead'].includes(seen.state) ? { exitCode: seen.exitCode } : {}),
      privileged: seen.privileged,
      ...this.#kernelFacts(seen, first),
      mounts: this.#mounts(owner, claimed),
      ports: seen.ports,
      ...(seen.runtime && seen.runtime !== owner.seen?.runtime ? { runtime: seen.runtime } : {}),
      shares: [...(seen.hostPid ? (['pid'] as const) : []), ...(seen.hostNetwork ? (['network'] as const) : [])],
      talks: this.#talks(owner, claimed),
      daemons,
    };
  }

  #kernelFacts(seen: SeenContainer, first: Process | undefined) {
    const none: Pick<ContainerFacts, 'pids' | 'capabilities'> = { pids: [], capabilities: [] };
    if (!first) return none;
    const { memory } = this.#facts;
    const group = memory.get(first.pid);
    const unconfined = seen.privileged || first.seccomp === 0 || seen.security.includes('seccomp=unconfined');
    return {
      pids: first.pids,
      capabilities: seen.privileged ? [] : capabilitiesBeyondDefault(first.capabilities),
      seccomp: unconfined ? ('unconfined' as const) : ('filtered' as const),
      ...this.#mapped(first.pid),
      ...(group ? { memory: memoryFacts(group) } : {}),
    };
  }

  /** Who reads his own map sees another range than the rest: what equals L1's is not mapped. */
  #mapped(pid: number): Pick<ContainerFacts, 'uids'> {
    const { uids } = this.#facts;
    const host = this.#inside.get(undefined)?.[0];
    const own = uids.get(pid);
    if (!own || (host && own.join() === uids.get(host.pid)?.join())) return {};
    return { uids: { first: own[1], count: own[2] } };
  }

  #held(claimed: Claimed): Found[] {
    return this.#inside.get(claimed) ?? [];
  }

  #mounts(owner: Found, claimed: Claimed): MapMount[] {
    const roots = this.#held(claimed).flatMap(({ seen }) => seen?.root ?? []);
    const foreign = this.#found.flatMap((daemon) => this.#socketsOf(claimed, daemon));
    const others = (this.#claims.get(owner.pid) ?? []).filter((each) => each !== claimed);
    const othersData = new Set(others.flatMap((other) => this.#dataSource(other) ?? []));
    return claimed.seen.mounts.flatMap(({ type, source, name, to, writable }) => {
      const isForeign = type === 'bind' && owner.seen && isWithin(source, owner.seen.root);
      const kind =
        source === '/'
          ? 'root'
          : source.endsWith('.sock') || (type === 'bind' && foreign.some((socket) => isWithin(socket, to)))
            ? 'socket'
            : roots.some((root) => isWithin(root, to))
              ? 'own-data'
              : isForeign || othersData.has(source)
                ? 'foreign-data'
                : undefined;
      return kind ? [{ kind, source: name || source, to, writable }] : [];
    });
  }

  /** Where the data of the daemon in a container lies, in its owner's words; undefined for its own layer. */
  #dataSource(claimed: Claimed): string | undefined {
    const root = this.#held(claimed)[0]?.seen?.root;
    return root ? claimed.seen.mounts.find(({ to }) => isWithin(root, to))?.source : undefined;
  }

  #shared(found: Found, holder: Claimed | undefined): Pick<DaemonFacts, 'sharesDataWith'> {
    const source = holder && this.#dataSource(holder);
    if (!source) return {};
    const other = this.#found.find((each) => {
      const claimed = each.pid === found.pid ? undefined : this.#holder(each.pid);
      return claimed && claimed !== holder && this.#dataSource(claimed) === source;
    });
    return other ? { sharesDataWith: this.#keys.get(other.pid) ?? '' } : {};
  }

  #talks(owner: Found, claimed: Claimed): ContainerFacts['talks'] {
    const bySocket = this.#found.filter((daemon) => this.#socketsOf(claimed, daemon).length > 0);
    if (bySocket.length > 0) return bySocket.map(({ pid }) => ({ daemon: this.#keys.get(pid) ?? '', way: 'socket' }));
    const remote = this.#held(claimed).length === 0 && claimed.first ? this.#remote(owner, claimed.seen) : undefined;
    const listens = remote?.seen && listensOn(remote.seen);
    return remote && listens ? [{ daemon: this.#keys.get(remote.pid) ?? '', way: listens }] : [];
  }

  /** Where in a container another daemon's socket lies. */
  #socketsOf(claimed: Claimed, daemon: Found): string[] {
    if (!claimed.first || this.#held(claimed).includes(daemon)) return [];
    const { sockets } = this.#facts;
    const own = sockets.find(({ pid, path }) => pid === daemon.pid && path === daemon.socket);
    return sockets.flatMap(({ pid, path, file }) => (pid === claimed.first?.pid && file === own?.file ? path : []));
  }

  /** The daemon that DOCKER_HOST means, or that a docker image without a socket looks for. */
  #remote(owner: Found, seen: SeenContainer): Found | undefined {
    const env = new Map(seen.env.map((each) => [each.split('=', 1)[0], each.slice(each.indexOf('=') + 1)]));
    const host = /^tcp:\/\/\[?([^\]/:]+)/.exec(env.get('DOCKER_HOST') ?? '')?.[1];
    const name = host ?? (env.has('DOCKER_TLS_CERTDIR') && !env.has('DOCKER_HOST') ? 'docker' : undefined);
    if (!name) return undefined;
    if (name === owner.seen?.gateway) return owner;
    const target = (this.#claims.get(owner.pid) ?? []).find(
      (each) => each.seen !== seen && (each.seen.name === name || each.seen.addresses.includes(name)),
    );
    return target && this.#held(target)[0];
  }
}

function daemonFacts(
  seen: SeenDaemon,
  holder: SeenContainer | undefined,
): Omit<DaemonFacts, 'name' | 'level' | 'omitted'> {
  const { id, version, driver, root, runtime, pid, bridge, subnet, mtu } = seen;
  const mount = holder?.mounts.find(({ to }) => isWithin(root, to));
  const on = mount ? (mount.type === 'volume' ? 'volume' : 'folder') : holder ? 'layer' : 'disk';
  const listens = listensOn(seen);
  return {
    id,
    state: 'answers',
    version,
    driver,
    data: { root, on, what: mount ? mount.name || mount.source : (seen.backing ?? '') },
    ...(bridge ? { bridge } : {}),
    ...(subnet ? { subnet } : {}),
    ...(Number(mtu) > 0 ? { mtu: Number(mtu) } : {}),
    dns: [...(seen.config.dns ?? []), ...option(seen.args, '--dns')],
    ...(listens ? { listens } : {}),
    runtime,
    security: seen.security.flatMap((each) => /^name=(rootless|userns)/.exec(each)?.[1] ?? []),
    pid,
  };
}

function listensOn({ args, config }: SeenDaemon): 'tcp' | 'tls' | undefined {
  if (![...args, ...(config.hosts ?? [])].some((each) => each.includes('tcp://'))) return undefined;
  const verifies = config.tls || config.tlsverify || args.some((arg) => /^--tls(verify)?(=true)?$/.test(arg));
  return verifies ? 'tls' : 'tcp';
}

/** Values of `--name value` and `--name=value`. */
function option(args: readonly string[], name: string): string[] {
  return args.flatMap((arg, i) =>
    arg.startsWith(`${name}=`) ? arg.slice(name.length + 1) : arg === name ? (args[i + 1] ?? []) : [],
  );
}

function memoryFacts({ limit, used }: { limit: number; used: number }): NonNullable<ContainerFacts['memory']> {
  const rounded = Math.ceil(used / memoryStep) * memoryStep;
  return limit < noLimit ? { used: rounded, limit } : { used: rounded };
}

function containerKey(daemon: string, { id }: SeenContainer): string {
  return `${daemon}/${id.slice(0, 12)}`;
}

function order(a: SeenContainer, b: SeenContainer): number {
  return a.created < b.created ? -1 : a.created > b.created ? 1 : 0;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
