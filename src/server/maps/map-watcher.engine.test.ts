import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { MapContainer, MapHost } from '../../shared/map.ts';
import { mapContainers, mapDaemons } from '../../shared/map-tree.ts';
import { SandboxGoneError } from '../engine/engine.ts';
import { type TestLab, testLab } from '../engine/testing.ts';
import { EventRecorder } from '../labs/event-recorder.ts';
import { Feed } from '../labs/feed.ts';
import type { LabRow } from '../store/store.ts';
import { MapWatcher } from './map-watcher.ts';

const log = pino({ level: 'silent' });
const lab = { id: 'lab', state: 'ready' } as LabRow;
const deadlineMs = 60_000;

const oddName = `<img src=x onerror=alert(1)>\u202e${'x'.repeat(255)}`;
describe('the map of real daemons', { timeout: 300_000 }, () => {
  let sandbox: TestLab;
  let watcher: MapWatcher;
  let recorder: EventRecorder;
  let folder: string;

  before(async () => {
    sandbox = await testLab();
    folder = await mkdtemp(join(tmpdir(), 'matryoshka-map-'));
    const { engine, ref } = sandbox;
    recorder = new EventRecorder({ engine, folder, log });
    recorder.follow(ref);
    watcher = new MapWatcher({ engine, onEvent: (listener) => recorder.listen(listener), feed: new Feed(), log });
    watcher.watch(lab, ref);
  });

  after(async () => {
    watcher?.[Symbol.dispose]();
    await recorder?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
    await sandbox?.[Symbol.asyncDispose]();
  });

  const run = (script: string) => sandbox.run(script);

  /** The first published map of which that holds. */
  async function seen<T>(what: string, of: (map: MapHost) => T | undefined | false): Promise<T> {
    for (const end = Date.now() + deadlineMs; Date.now() < end; await sleep(20)) {
      const map = watcher.map(lab.id);
      const found = map && of(map);
      if (found) return found;
    }
    return assert.fail(`never on the map: ${what}`);
  }
  const named = (map: MapHost, ...chain: string[]) =>
    mapContainers(map).find((each) => each.chain.join('/') === chain.join('/'))?.box;
  const box = (...chain: string[]) =>
    seen(chain.join('/'), (map) => {
      const found = named(map, ...chain);
      // First it is only created.
      return found?.state === 'running' && found.pids.length > 0 ? found : undefined;
    });
  const withDaemon = (...chain: string[]) =>
    seen(`a daemon in ${chain.join('/')}`, (map) => {
      const found = named(map, ...chain);
      return found?.daemons[0]?.state === 'answers' ? { ...found, daemon: found.daemons[0] } : undefined;
    });
  const hostDaemon = (map: MapHost) => map.daemons[0] ?? assert.fail('L1 has a daemon');

  it('has an empty host at first', async () => {
    const map = await seen('L1', (found) => (found.daemons[0]?.id ? found : undefined));
    assert.equal(hostDaemon(map).id, await run("docker info -f '{{.ID}}'"));
    assert.deepEqual(hostDaemon(map).containers, []);
  });

  it('socket: what the container starts appears beside it', async () => {
    await run('docker run -d --name docker0 -v /var/run/docker.sock:/var/run/docker.sock docker:latest sleep 3600');
    await run('docker exec docker0 docker run -d --name container3 -m 32m alpine sleep 3600');
    const container3 = await box('container3');
    const docker0 = await box('docker0');
    assert.equal(container3.level, 2);
    assert.equal(container3.memory?.limit, 32 * 2 ** 20);
    assert.deepEqual(docker0.talks, [{ daemon: watcher.map(lab.id)?.daemons[0]?.key, way: 'socket' }]);
    assert.deepEqual(
      docker0.mounts.map(({ kind }) => kind),
      ['socket'],
    );
  });

  it('socket: when the container goes, what it started survives', async () => {
    const daemon = hostDaemon(watcher.map(lab.id) ?? assert.fail()).key;
    await run('docker run -d --name whole -v /:/host alpine sleep 3600');
    await run('docker run -d --name folder -v /var/run:/there alpine sleep 3600');
    for (const name of ['whole', 'folder']) assert.deepEqual((await box(name)).talks, [{ daemon, way: 'socket' }]);
    assert.deepEqual([(await box('whole')).mounts[0]?.kind, (await box('folder')).mounts[0]?.kind], ['root', 'socket']);
    await run('docker rm -f docker0 whole folder');
    await seen('docker0 is gone', (map) => !named(map, 'docker0') && named(map, 'container3')?.state === 'running');
    await run('docker rm -f container3');
    await seen('an empty host', (map) => hostDaemon(map).containers.length === 0);
  });

  it('dind: a daemon of its own, a child inside it, and one more inside that', async () => {
    await run('docker run -d --privileged --name dind-test docker:dind');
    const { daemon, privileged } = await withDaemon('dind-test');
    assert.equal(privileged, true);
    assert.notEqual(daemon.id, hostDaemon(watcher.map(lab.id) ?? assert.fail()).id);
    assert.equal(daemon.data.on, 'volume');
    await run('docker save alpine | docker exec -i dind-test docker load');
    await run('docker exec dind-test docker run -d --name container3 alpine sleep 4321');
    const container3 = await box('dind-test', 'container3');
    const numbers = await run("grep NSpid /proc/$(pgrep -fx 'sleep 4321')/status");
    assert.deepEqual(container3.pids, numbers.split(/\s+/).slice(1).map(Number));
    assert.equal(container3.level, 3);
    const processes = await watcher.processes(lab.id, sandbox.ref, container3.key);
    assert.deepEqual(processes, [{ uid: 0, pids: container3.pids, command: 'sleep 4321 ' }]);
  });

  it('dind: a client over TLS is led to the inner daemon', async () => {
    await run('docker network create --subnet 10.9.0.0/24 ci && docker network connect --alias docker ci dind-test');
    await run('docker run -d --name client --network ci docker:latest sleep 3600');
    const client = await box('client');
    assert.deepEqual(
      client.talks.map(({ way }) => way),
      ['tls'],
    );
    assert.match(client.talks[0]?.daemon ?? '', /#.*#/);
  });

  it('needs no docker client, and is not misled by another one', async () => {
    await run(
      'mv /usr/bin/docker /usr/bin/docker.off && printf "#!/bin/sh\\necho nothing\\n" >/usr/bin/docker && chmod +x /usr/bin/docker',
    );
    try {
      await run('docker.off run -d --name unseen alpine sleep 3600');
      assert.equal((await box('unseen')).state, 'running');
    } finally {
      await run('mv /usr/bin/docker.off /usr/bin/docker');
    }
  });

  it('takes nothing amiss from what only calls itself dockerd, and shows a crowd truncated', async () => {
    const ways = ['nonsense', 'endless', 'slow', 'mute', 'crowd'];
    const start = `cat >/tmp/impostor.pl
      for way in ${ways.join(' ')} vanishing; do
        perl /tmp/impostor.pl $way /tmp/$way.sock "$0" </dev/null >/dev/null 2>&1 & echo $! >>/tmp/impostors
      done`;
    const stdin = await readFile(join(import.meta.dirname, 'impostor.pl'));
    await sandbox.engine.exec(sandbox.ref, ['sh', '-c', start, oddName], { stdin });
    const daemons = await seen('all that listen', (map) => {
      const odd = map.daemons.filter(({ key }) => key.startsWith('#/tmp/'));
      return odd.length === ways.length && odd.some(({ containers }) => containers.length > 0) && odd;
    });
    const states = Object.fromEntries(daemons.map(({ key, state }) => [/(\w+)\.sock/.exec(key)?.[1], state]));
    const silent = { nonsense: 'silent', endless: 'silent', slow: 'silent', mute: 'silent' };
    assert.deepEqual(states, { ...silent, crowd: 'answers' });
    const crowd = daemons.find(({ state }) => state === 'answers') ?? assert.fail();
    assert.deepEqual([crowd.containers.length, crowd.omitted], [60, 4940]);
    assert.equal(crowd.containers[0]?.name, oddName);
    await run('docker run -d --name beside alpine sleep 3600');
    await box('beside');
    await run('kill -9 $(cat /tmp/impostors) 2>/dev/null; docker rm -f beside');
    await seen('only the real one', (map) => map.daemons.length === 1 && map.daemons[0]?.id);
  });

  it('goes on when its own tools are killed in the lab', async () => {
    // The brackets keep it from finding itself.
    await run("pkill -f 'socket_o[f]'");
    await run('docker run -d --name after alpine sleep 3600');
    await box('after');
    await run('docker rm -f after && pkill -x curl');
    await run('docker exec dind-test docker run -d --name after alpine sleep 3600');
    await box('dind-test', 'after');
    await run('docker exec dind-test docker rm -f after');
    await seen('the others', (map) => !named(map, 'dind-test', 'after'));
  });

  it('shows a daemon that hangs as silent, with what it had, while the others go on', async () => {
    await run('docker pause dind-test');
    const silent = await seen('a silent daemon', (map) => {
      const found = named(map, 'dind-test');
      return found?.daemons[0]?.state === 'silent' ? found : undefined;
    });
    assert.deepEqual(
      silent.daemons[0]?.containers.map(({ name }) => name),
      ['container3'],
    );
    await run('docker run -d --name meanwhile alpine sleep 3600');
    await box('meanwhile');
    await run('docker unpause dind-test');
    await withDaemon('dind-test');
  });

  it('dind: when the container goes, its child goes with it', async () => {
    await run('docker rm -fv dind-test client unseen meanwhile; docker network rm ci');
    await seen('nothing', (map) => mapContainers(map).length === 0);
  });

  it('shows a hundred containers made in a loop, and how many more there are', async () => {
    await run('for n in $(seq 100); do docker create --name c$n alpine true >/dev/null; done');
    const daemon = await seen('the newest', (map) => {
      const { omitted, containers } = hostDaemon(map);
      return containers.at(-1)?.name === 'c100' && omitted === 40 && hostDaemon(map);
    });
    assert.equal(daemon.containers.length, 60);
    await run('docker run -d --name runs alpine sleep 3600');
    assert.equal((await box('runs')).state, 'running', 'what runs is shown before what does not');
    await run('docker rm -f $(docker ps -aq) >/dev/null');
    await seen('nothing', (map) => mapContainers(map).length === 0);
  });

  it('kicbase: the daemon of a machine with systemd', async () => {
    await run('docker run -d --privileged --name virtualvm1 kicbase:v0.0.32');
    const { daemon, level, talks } = await withDaemon('virtualvm1');
    assert.deepEqual(talks, [], 'its /var/run is a link, which leads nowhere else');
    assert.deepEqual([level, daemon.level, daemon.name], [2, 2, 'virtualvm1']);
    await run('docker rm -fv virtualvm1');
  });

  it('rootless: a daemon without privileges, and the uid that its root really is', async () => {
    const open = ['seccomp', 'apparmor', 'systempaths'].map((name) => `--security-opt ${name}=unconfined`).join(' ');
    await run(`docker run -d --name rl ${open} --device /dev/net/tun docker:dind-rootless`);
    const { daemon, privileged } = await withDaemon('rl');
    assert.equal(privileged, false);
    assert.deepEqual(daemon.security, ['rootless']);
    assert.equal(daemon.uids?.first, 1000);
    await run('docker save alpine | docker exec -i -e DOCKER_HOST=unix:///run/user/1000/docker.sock rl docker load');
    await run(
      'docker exec -e DOCKER_HOST=unix:///run/user/1000/docker.sock rl docker run -d --name inner alpine sleep 999',
    );
    const inner: MapContainer = await box('rl', 'inner');
    assert.equal(inner.uids?.first, 1000);
    await run('docker rm -fv rl');
  });

  it('sysbox: a daemon in a container whose root is nobody at L1', async () => {
    await run('docker run -d --runtime=sysbox-runc --name ud docker:dind');
    const { privileged, uids } = await withDaemon('ud');
    assert.deepEqual([privileged, uids], [false, { first: 165536, count: 65536 }]);
    await run('docker rm -fv ud');
  });

  it('five levels: each daemon in a container of the one outside it', async () => {
    // With L1's own dockerd: an image with one would have to be loaded at each level.
    const files = '-v /usr:/usr -v /lib:/lib -v /lib64:/lib64 -v /var/lib/docker --network none --privileged alpine';
    const dockerd = '/usr/sbin/dockerd --storage-driver vfs --bridge none --iptables=false';
    await run('docker save alpine >/run/alpine.tar');
    let inside = '';
    for (const name of ['level2', 'level3', 'level4']) {
      await run(`${inside}docker run -d --name ${name} ${files} ${dockerd}`);
      inside += `docker exec -i ${name} `;
      await run(`until ${inside}docker load </run/alpine.tar; do sleep 0.1; done 2>/dev/null`);
    }
    await run(`${inside}docker run -d --name level5 --network none alpine sleep 999`);
    const deepest = await box('level2', 'level3', 'level4', 'level5');
    assert.equal(deepest.level, 5);
    assert.equal(deepest.pids.length, 5);
    await run('docker rm -fv level2');
  });

  it('keeps keys apart, and ends with the last viewer', async () => {
    const map = watcher.map(lab.id) ?? assert.fail();
    const keys = [...mapDaemons(map).map(({ key }) => key), ...mapContainers(map).map(({ box: { key } }) => key)];
    assert.equal(new Set(keys).size, keys.length);
  });

  it('ends without a word when the sandbox goes in the middle of a look', async () => {
    await run('docker run -d alpine sleep 3600');
    await sandbox.engine.remove(sandbox.ref);
    await assert.rejects(watcher.look(sandbox.ref), SandboxGoneError);
  });
});
