import type { Isolation } from '../../shared/api.ts';
import type { Requirement } from '../../shared/lesson.ts';

/** What the lessons may ask of a machine. */
export interface Machine {
  cgroup: 'v1' | 'v2';
  isolation: Isolation;
  standins: readonly string[];
}

/** What labs on this machine lack. No lab has a network to the outside, and none can run Sysbox inside. */
export function lackingOn({ cgroup, isolation, standins }: Machine): Requirement[] {
  const lacks: Record<Requirement, boolean> = {
    'cgroup-v2': cgroup === 'v1',
    'nested-userns': isolation === 'sysbox' || isolation === 'userns-remap',
    'official-images': standins.length > 0,
    sysbox: true,
    egress: true,
  };
  return (Object.keys(lacks) as Requirement[]).filter((requirement) => lacks[requirement]);
}
