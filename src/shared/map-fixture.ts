import type { MapContainer, MapDaemon, MapHost } from './map.ts';

/** Maps for tests: levels and keys follow from how they are put into each other. */
export function aHost(...daemons: MapDaemon[]): MapHost {
  return {
    name: 'host',
    level: 1,
    kernel: '6.18',
    daemons: daemons.map((each, n) => placed(each, `#${n}`, 'host', 1)),
  };
}

export function aDaemon(...containers: MapContainer[]): MapDaemon {
  return {
    ...{ key: '', name: '', id: '', level: 1, state: 'answers', version: '26.1.5', driver: 'overlay2', pid: 50 },
    ...{ data: { root: '/var/lib/docker', on: 'disk', what: 'tmpfs' }, dns: [], runtime: 'runc', security: [] },
    ...{ omitted: 0, containers },
  };
}

export function aBox(name: string, more: Partial<MapContainer> = {}): MapContainer {
  return {
    ...{ key: '', name, id: name.padEnd(64, '0'), level: 2, image: 'alpine', state: 'running', pids: [412, 1] },
    ...{ privileged: false, capabilities: [], seccomp: 'filtered', mounts: [], ports: [], shares: [], talks: [] },
    ...{ daemons: [], ...more },
  };
}

function placed(daemon: MapDaemon, key: string, name: string, level: number): MapDaemon {
  const containers = daemon.containers.map((box): MapContainer => {
    const own = `${key}/${box.name}`;
    const daemons = box.daemons.map((inner, n) => placed(inner, `${own}#${n}`, box.name, level + 1));
    return { ...box, key: own, level: level + 1, daemons };
  });
  return { ...daemon, key, name, level, id: daemon.id || `id${key}`, containers };
}
