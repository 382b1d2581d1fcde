import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Core, engineImage, engineName, folders, openSqliteStore } from '../server/app.ts';
import { dockerCommand } from './lives.ts';
import { type Row, row } from './row.ts';

const lives = 50;
/** Between two kills, ms, at random up to this. */
const pauseMs = 3000;

/** Everything in the lab engine that carries the name of a sandbox, one line each, its kind first. */
const traces = `exec 3<&0
cd /run/sandboxes
{
  for slot in slots/*; do echo "range of ids: $slot $(readlink "$slot")"; done
  for folder in * /var/lib/docker/containers/* /var/lib/docker/image/overlay2/layerdb/mounts/*; do
    echo "folder: $folder"
  done
  find /sys/fs/cgroup -type d | sed 's/^/cgroup: /'
  sed 's/^/mount: /' /proc/1/mountinfo
  grep -s . /proc/[0-9]*/cgroup | sed 's/^/process: /'
} </dev/null 2>/dev/null | grep -F -f /dev/fd/3 || :`;
const kinds = ['range of ids', 'folder', 'cgroup', 'mount', 'process'];

/** What is left in the lab engine of labs whose platform, sandboxes, engines and shells were killed at random moments. */
export async function benchLeaks(core: Core): Promise<Row[]> {
  if (core.rung.verdict.rung !== 'lab-engine') throw new Error('leaks are counted in a lab engine');
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-leaks-'));
  try {
    const kills = await liveAndDie(core, folder);
    const { refs, install } = await everLived(folder);
    const [docker = '', ...options] = dockerCommand(core.engine.execCommand('', []));
    const filter = ['--filter', `label=org.matryoshka.install=${install}`];
    const containers = await run(docker, [...options, 'ps', '--all', '--quiet', ...filter]);
    const inEngine = ['exec', '-i', engineName(await engineImage(folders.images)), 'sh', '-c', traces];
    const left = await run('docker', inEngine, `${refs.join('\n')}\n`);
    if (left.length > 0) console.error(left.join('\n'));
    const count = (kind: string) => left.filter((line) => line.startsWith(`${kind}: `)).length;
    return [
      ...Object.entries(kills).map(([what, times]) => row(`kills: ${what}`, '', [times])),
      row('sandboxes that lived', '', [refs.length]),
      row('left of them: container', '', [containers.length]),
      ...kinds.map((kind) => row(`left of them: ${kind}`, '', [count(kind)])),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function liveAndDie({ engine }: Core, folder: string): Promise<Record<string, number>> {
  const up: string[] = [];
  let begun = 0;
  let platform: ChildProcess;
  const start = () => {
    platform = spawn(process.execPath, [join(import.meta.dirname, 'platform.ts')], {
      env: { ...process.env, LAB_DATA_DIR: folder, LAB_POOL_SIZE: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: platform.stdout ?? process.stdin }).on('line', (line) => {
      if (line === 'life') begun++;
      else up.push(line.slice('up '.length));
    });
  };
  const inLast = (...command: string[]) => engine.exec(up.at(-1) ?? '', command).then(() => undefined);
  const ways: Record<string, () => Promise<void>> = {
    platform: async () => {
      const ended = once(platform, 'exit');
      platform.kill('SIGKILL');
      await ended;
      start();
    },
    "a sandbox's init": async () => {
      const [docker = '', ...options] = dockerCommand(engine.execCommand('', []));
      await run(docker, [...options, 'kill', up.at(-1) ?? '']);
    },
    "a sandbox's dockerd": () => inLast('pkill', '-9', 'dockerd'),
    'its shells': () => inLast('pkill', '-9', 'bash'),
  };
  const kills = Object.fromEntries(Object.keys(ways).map((name) => [name, 0]));
  start();
  while (begun < lives) {
    await sleep(Math.random() * pauseMs);
    const names = Object.keys(ways);
    const name = names[Math.floor(Math.random() * names.length)] ?? '';
    if (up.length === 0) continue;
    // A victim that is gone already was not killed by us.
    const done = await ways[name]?.().then(
      () => true,
      () => false,
    );
    if (done) kills[name] = (kills[name] ?? 0) + 1;
    // A new platform takes seconds to come up.
    if (name === 'platform') for (const seen = begun; begun === seen; ) await sleep(100);
  }
  // biome-ignore lint/style/noNonNullAssertion: it was started above
  const last = platform!;
  const ended = once(last, 'exit');
  last.kill('SIGTERM');
  const [code] = await ended;
  if (code !== 0) throw new Error(`the platform ended with ${code}`);
  return kills;
}

/** Every sandbox that the platform's store has known. */
async function everLived(folder: string): Promise<{ refs: string[]; install: string }> {
  await using store = openSqliteStore(join(folder, 'matryoshka.db'));
  const rows = await store.sandboxesIn(['creating', 'ready', 'removing', 'removed']);
  return { refs: rows.flatMap(({ engineRef }) => engineRef ?? []), install: store.installId };
}

/** Lines of output. */
function run(file: string, args: string[], input = ''): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { maxBuffer: 2 ** 26 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout.split('\n').filter(Boolean)),
    );
    child.stdin?.end(input);
  });
}
