import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { Rung } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import type { IsolationSetting } from '../config.ts';

/** Why a rung cannot be taken, and what would make it possible; two sentences. */
export interface Obstacle {
  why: string;
  fix: string;
}

/** What the machine's engine tells about itself, as far as a rung depends on it. */
export interface Facts {
  kernel: string;
  driver: string;
  /** File system below the engine's data; undefined where the engine does not tell. */
  backing: string | undefined;
  runtimes: readonly string[];
  /** `rootless`, `userns`, `seccomp` … */
  security: readonly string[];
  cgroup: string;
  /** Bytes. */
  memory: number;
  /** False where this machine is known to allow no user namespaces. */
  userNamespaces: boolean;
  /** Whether others than this machine can reach the server. */
  isPublic: boolean;
  setting: IsolationSetting;
}

/** Asks the machine's engine. */
export async function factsOf(
  docker: Docker,
  { setting, isPublic }: Pick<Facts, 'setting' | 'isPublic'>,
): Promise<Facts> {
  const info = await docker.info();
  const status = (info.DriverStatus ?? []) as [string, string][];
  return {
    kernel: info.KernelVersion,
    driver: info.Driver,
    backing: status.find(([name]) => name === 'Backing Filesystem')?.[1],
    runtimes: Object.keys(info.Runtimes ?? {}),
    security: (info.SecurityOptions ?? []).map((option: string) => /name=([^,]+)/.exec(option)?.[1] ?? option),
    cgroup: info.CgroupVersion ?? '1',
    memory: info.MemTotal,
    // The engine does not tell; where it is on this machine, the kernel does.
    userNamespaces: await readFile('/proc/sys/user/max_user_namespaces', 'utf8').then(
      (most) => Number(most) > 0,
      () => true,
    ),
    isPublic,
    setting,
  };
}

/** What stands in a rung's way on a machine, or undefined. */
export function obstacleOf(rung: Rung, facts: Facts, spec: LabSpec): Obstacle | undefined {
  if (facts.memory < spec.limits.memory) {
    return {
      why: `The engine has ${mebibytes(facts.memory)} of memory, one lab may take ${mebibytes(spec.limits.memory)}.`,
      fix: 'Give its machine more memory, or lower `limits.memory` in lab.yaml.',
    };
  }
  return obstacles[rung](facts);
}

const obstacles: Record<Rung, (facts: Facts) => Obstacle | undefined> = {
  registered: (facts) => {
    if (!facts.runtimes.includes('matryoshka')) {
      return {
        why: 'The engine does not know a runtime "matryoshka".',
        fix: 'Register labs/images/engine/runtime with it; the lab engine does the same without that.',
      };
    }
    if (facts.driver !== 'overlay2') {
      return {
        why: `The engine keeps its layers by "${facts.driver}", whose ids cannot be mapped.`,
        fix: 'Set its storage driver to overlay2.',
      };
    }
    return kernelObstacle(facts);
  },
  'lab-engine': (facts) => {
    if (facts.security.includes('rootless')) {
      return {
        why: 'A rootless engine has too few user ids to give each lab its own.',
        fix: 'Use an engine that runs as root, in a virtual machine if need be.',
      };
    }
    if (facts.backing !== undefined && !mappable.includes(facts.backing)) {
      return {
        why: `The engine's data lies on ${facts.backing}, whose ids cannot be mapped.`,
        fix: 'Move its data root to ext4, xfs, or btrfs.',
      };
    }
    return kernelObstacle(facts);
  },
  sysbox: ({ runtimes }) =>
    runtimes.includes('sysbox-runc')
      ? undefined
      : { why: 'The engine does not know a runtime "sysbox-runc".', fix: 'Install Sysbox on its machine.' },
  'userns-remap': ({ security, cgroup }) => {
    if (!security.includes('userns')) {
      return { why: 'The engine does not remap users.', fix: 'Set "userns-remap": "default" in its daemon.json.' };
    }
    if (cgroup === '2') return undefined;
    return { why: 'Under cgroup v1 nothing can be handed to remapped users.', fix: 'Boot its machine with cgroup v2.' };
  },
  privileged: ({ setting, isPublic }) => {
    if (setting !== 'privileged-i-trust-every-learner') {
      return {
        why: 'Whoever uses a privileged lab can take over the machine.',
        fix: 'LAB_ISOLATION=privileged-i-trust-every-learner says that you want that.',
      };
    }
    if (!isPublic) return undefined;
    return { why: 'Others than this machine could reach privileged labs.', fix: 'Use HOST=127.0.0.1.' };
  },
};

/** File systems whose mounts can be id-mapped since Linux 5.19 at the latest, as the engine names them. */
const mappable = ['extfs', 'xfs', 'btrfs'];
/** Linux 5.19 maps the ids of overlay layers; 6.6 has user attributes in memory file systems, which labs' disks are. */
const oldestKernel = [6, 6] as const;

function kernelObstacle({ kernel, userNamespaces }: Facts): Obstacle | undefined {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  if (major < oldestKernel[0] || (major === oldestKernel[0] && minor < oldestKernel[1])) {
    return {
      why: `Linux ${kernel} cannot give each lab user ids of its own.`,
      fix: `Boot the engine's machine with Linux ${oldestKernel.join('.')} or newer.`,
    };
  }
  if (userNamespaces) return undefined;
  return {
    why: 'This kernel allows no user namespaces.',
    fix: 'Type: sysctl -w user.max_user_namespaces=65536',
  };
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
