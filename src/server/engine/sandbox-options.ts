import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { Isolation } from '../../shared/api.ts';

/** Holds the data folder's id: whose sandbox it is. */
export const installLabel = 'org.matryoshka.install';
/** Holds our id; every sandbox has it, whoever made it. */
export const sandboxLabel = 'org.matryoshka.sandbox';

/**
 * Weight of a container in which learners compute; everybody else's is 1024. They get all that nobody else wants, and
 * a fifth where the platform or another container wants all of it, too.
 */
export const labCpuShares = 256;

export interface SandboxInput {
  isolation: Isolation;
  image: string;
  /** Name of the golden volume. */
  golden: string;
  name: string;
  labels: Record<string, string>;
  /** Bytes, except cpus (may be fractional) and pids. What lies on the disk's tmpfs counts as memory. */
  limits: { memory: number; cpus: number; pids: number; disk: { tmpfs: number } };
  /** Whether there is a way out, through lab-egress. */
  egress?: boolean;
  /** Unix time in seconds at which the sandbox ends itself unless the lease is renewed (`/run/lab/lease`). */
  leaseUntil: number;
  /**
   * Whether a privileged sandbox may ask for `Privileged`: on machines that withhold a capability such a container is
   * created, but does not start.
   */
  canBePrivileged: boolean;
}

/** Everything an engine needs to make a sandbox. */
export function sandboxOptions(input: SandboxInput): ContainerCreateOptions & { HostConfig: HostConfig } {
  // The library's type forgets CgroupnsMode.
  const ownCgroupNamespace = { CgroupnsMode: 'private' } as object;
  return {
    name: input.name,
    Image: input.image,
    Hostname: 'host',
    Labels: input.labels,
    Env: [`LAB_LEASE_UNTIL=${input.leaseUntil}`, ...(input.egress ? ['LAB_EGRESS=1'] : [])],
    HostConfig: {
      ...rights(input),
      ...ownCgroupNamespace,
      // Loopback only. The inner engine makes docker0 and its networks by itself, published ports are reached through
      // loopback, terminals come by exec: nothing in a lab needs the outer network, and nothing there can be reached.
      NetworkMode: 'none',
      ExtraHosts: ['host:127.0.1.1'],
      // Else the sandbox gets a copy of the host's resolver settings, names that it can neither use nor should know.
      Dns: ['127.0.0.1'],
      DnsOptions: ['timeout:1', 'attempts:1'],
      Mounts: [
        // NoCopy: an empty golden volume must stay empty, so that lab-init can refuse it.
        {
          Type: 'volume',
          Source: input.golden,
          Target: '/golden',
          ReadOnly: true,
          VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
        },
      ],
      Tmpfs: {
        '/run': 'exec',
        '/var/lib/docker': `exec,dev,suid,size=${input.limits.disk.tmpfs}`,
      },
      Memory: input.limits.memory,
      // Equal to memory: no swap, which would make one lab everybody's slow disk.
      MemorySwap: input.limits.memory,
      NanoCpus: Math.round(input.limits.cpus * 1e9),
      CpuShares: labCpuShares,
      PidsLimit: input.limits.pids,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
      RestartPolicy: { Name: 'no' },
    },
  };
}

function rights({ isolation, canBePrivileged }: SandboxInput): HostConfig {
  if (isolation === 'matryoshka') return { ...ownUserNamespace, Runtime: 'matryoshka' };
  // It gives what a system container needs by itself.
  if (isolation === 'sysbox') return { Runtime: 'sysbox-runc' };
  if (isolation === 'userns-remap') return ownUserNamespace;
  return canBePrivileged ? { Privileged: true } : allButPrivileged;
}

// Everything, within a user namespace in which root is nobody outside. The runtime has a deny-list of its own.
const ownUserNamespace = {
  CapAdd: ['ALL'],
  SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
  // The CLI's systempaths=unconfined.
  MaskedPaths: [],
  ReadonlyPaths: [],
};

/** What `Privileged` means, spelled out, less the capability that some virtual machines keep for themselves. */
export const allButPrivileged = {
  ...ownUserNamespace,
  CapDrop: ['SYS_RESOURCE'],
  DeviceCgroupRules: ['a *:* rwm'],
};

/** Whether starting a privileged container failed because this machine withholds a capability. */
export function withheldCapability(error: unknown): boolean {
  return error instanceof Error && /unable to apply caps|operation not permitted/i.test(error.message);
}
