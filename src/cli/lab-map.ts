import type { MapContainer, MapDaemon, MapHost } from '../shared/map.ts';

/** A lab's map as JSON or as an indented tree. */
export function printMap(map: MapHost, json: boolean): number {
  if (json) console.log(JSON.stringify(map));
  else console.log([`L1 ${map.name}`, ...map.daemons.flatMap((daemon) => daemonLines(daemon, '  '))].join('\n'));
  return 0;
}

function daemonLines(daemon: MapDaemon, indent: string): string[] {
  const { version, driver, id, state, omitted } = daemon;
  return [
    `${indent}dockerd ${version} ${driver} ${id}${state === 'silent' ? ' (silent)' : ''}`,
    ...daemon.containers.flatMap((box) => containerLines(box, `${indent}  `)),
    ...(omitted > 0 ? [`${indent}  … ${omitted} more`] : []),
  ];
}

function containerLines(box: MapContainer, indent: string): string[] {
  const words = [box.privileged && 'privileged', ...box.talks.map(({ way, daemon }) => `${way} → ${daemon}`)];
  const line = [`L${box.level}`, plain(box.name), plain(box.image), box.state, box.pids.join('→'), ...words];
  return [
    `${indent}${line.filter(Boolean).join(' ')}`,
    ...box.daemons.flatMap((daemon) => daemonLines(daemon, `${indent}  `)),
  ];
}

/** What a learner has named must not move the cursor of who looks. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '·');
}
