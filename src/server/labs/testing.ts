import type { LabSpec } from '../../shared/lab-spec.ts';

/** A spec for tests; any part can be another one. */
export function fakeSpec(changes: Partial<LabSpec> = {}): LabSpec {
  const minute = 60_000;
  return {
    id: 'box',
    title: { en: 'Box', zh: '盒子' },
    image: 'sandbox',
    contains: [],
    ready: { daemon: 20_000 },
    limits: { memory: 2 ** 30, cpus: 1, pids: 512, disk: { tmpfs: 2 ** 29 } },
    reserve: 2 ** 28,
    life: {
      ttl: 60 * minute,
      warn: [10 * minute, 2 * minute],
      extend: 15 * minute,
      max: 120 * minute,
      idle: 15 * minute,
    },
    terminals: { host: { level: 1 } },
    ...changes,
  };
}
