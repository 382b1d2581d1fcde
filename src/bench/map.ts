import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Core, Feed, type LabRow, MapWatcher } from '../server/app.ts';
import { mapContainers } from '../shared/map-tree.ts';
import { type Distribution, distribution } from './distribution.ts';

const rounds = 40;
/** A lab in which nothing happens is watched so often, for so long, ms: each time it is looked at anew once. */
const idle = { windows: 3, ms: 60_000 };
/** What has just been started comes to rest, ms. */
const settleMs = 3000;

/**
 * From an event of an L3 container's daemon to the change that the page is sent, and until the page has painted it; what
 * an idle lab with a map open costs in the lab (share of a core, without and with the map) and in the server (memory);
 * what sixty boxes cost the browser. Milliseconds, percent, MB, frames. `parts`: `server`, `page`; none means both.
 */
export async function benchMap(
  core: Core,
  parts: readonly string[],
): Promise<{ unit: string; load: number[]; results: Row[] }> {
  const wants = (part: string) => parts.length === 0 || parts.includes(part);
  const results = [...(wants('server') ? await benchServer(core) : []), ...(wants('page') ? await benchPage() : [])];
  return { unit: 'ms; %; MB; frames', load: loadavg(), results };
}

async function benchPage(): Promise<Row[]> {
  // The server, which knows all benches, has no use for a browser.
  const { benchMapPage } = await import('./map-page.ts');
  const page = await benchMapPage();
  return [
    { what: 'event at L3 → on the page, ms', ...distribution(page.shown) },
    { what: 'sixty boxes → painted, ms', ...distribution(page.paint) },
    { what: 'sixty boxes, frames at most', ...distribution([page.frames]) },
  ];
}

async function benchServer(core: Core): Promise<Row[]> {
  const { engine, sandboxes, labs, log } = core;
  const spec = labs.spec('dind') ?? labs.specs[0];
  if (!spec) throw new Error('there is no lab');
  const { engineRef: ref, ...sandbox } = await sandboxes.create(spec, {
    purpose: 'test',
    leaseUntil: Date.now() + 600_000,
  });
  const run = async (command: string) => {
    const { code, stderr } = await engine.exec(ref, ['sh', '-c', command], { deadline: 60_000 });
    if (code !== 0) throw new Error(`${command}: ${stderr}`);
  };
  try {
    await run(`docker run -d --privileged --name dind docker:dind
      until docker exec dind docker info; do sleep 0.2; done
      docker save alpine | docker exec -i dind docker load
      docker exec dind docker run -d --name inner alpine sleep 3600`);
    const without = await idleShares(core, ref);
    const feed = new Feed();
    using watcher = new MapWatcher({ engine, onEvent: (listener) => core.recorder.listen(listener), feed, log });
    const memory = heap();
    const stop = watcher.watch({ id: 'bench', state: 'ready' } as LabRow, ref);
    while (!mapContainers(watcher.map('bench') ?? none).some(({ box }) => box.level === 3)) await sleep(50);
    const watched = await idleShares(core, ref);
    const grown = heap() - memory;
    const events = await eventTimes(core, ref, feed);
    stop();
    return [
      { what: 'event at L3 → change sent, ms', ...distribution(events) },
      { what: 'idle lab without a map, % of a core', ...distribution(without) },
      { what: 'idle lab with a map, % of a core', ...distribution(watched) },
      { what: 'server memory for a map, MB', ...distribution([grown]) },
    ];
  } finally {
    await sandboxes.remove({ engineRef: ref, ...sandbox });
  }
}

interface Row extends Distribution {
  what: string;
}

const none = { name: 'host', level: 1, kernel: '', daemons: [] } as const satisfies Parameters<typeof mapContainers>[0];

/** The event's own time against that of its change: both clocks are the kernel's. */
async function eventTimes({ engine }: Core, ref: string, feed: Feed): Promise<number[]> {
  const happened = new Map<string, number>();
  const shown = new Map<string, number>();
  const unfollow = feed.follow('map', (_, { set }) => {
    for (const { facts } of set) if (!shown.has(facts.name)) shown.set(facts.name, Date.now());
  });
  const stop = new AbortController();
  const format = '{{.Actor.Attributes.name}} {{.TimeNano}}';
  const events = ['docker', 'exec', 'dind', 'docker', 'events', '--filter', 'event=rename', '--format', format];
  const reading = (async () => {
    for await (const line of engine.lines(ref, events, stop.signal)) {
      const [name = '', nanoseconds] = line.split(' ');
      happened.set(name, Number(nanoseconds) / 1e6);
    }
  })();
  await sleep(1000);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const name = `round-${round}`;
    const rename = `docker exec dind sh -c 'docker rename $(docker ps -q) ${name}'`;
    await engine.exec(ref, ['sh', '-c', rename], { deadline: 20_000 });
    // Events that come in a row share a look: each one here is a learner's single command.
    for (const pause of [1000, 5000]) if (!shown.has(name) || !happened.has(name)) await sleep(pause);
    await sleep(500);
    times.push((shown.get(name) ?? Number.NaN) - (happened.get(name) ?? Number.NaN));
  }
  unfollow();
  stop.abort();
  await reading;
  return times;
}

/** What lab and server used of a core while nothing happened. */
async function idleShares({ engine }: Core, ref: string): Promise<number[]> {
  const used = async () => {
    const { user, system } = process.cpuUsage();
    return (await engine.cpuTime(ref)) + (user + system) / 1000;
  };
  await sleep(settleMs);
  const shares: number[] = [];
  for (let window = 0; window < idle.windows; window++) {
    const before = await used();
    await sleep(idle.ms);
    shares.push((((await used()) - before) / idle.ms) * 100);
  }
  return shares;
}

/** What is in use after the rest has been thrown away, MB. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}
