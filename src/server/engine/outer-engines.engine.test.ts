import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type Docker from 'dockerode';
import type { Rung } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import { LabCatalog } from '../labs/lab-catalog.ts';
import { silentLog } from '../log.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { eventually } from '../testing.ts';
import { describeEngine } from './engine.contract.ts';
import { imageHashes, imageReference } from './images/content-hash.ts';
import { engineImage } from './images.ts';
import { lookAtRungs, openIsolation } from './isolation.ts';
import { LabEngine, runIn } from './lab-engine.ts';
import { OuterEngine } from './outer-engine.ts';
import { probePlaces } from './probe.ts';
import { appOn, imageFolder, machineEngine, newInstall, testRung } from './testing.ts';

const { specs } = await LabCatalog.load(join(import.meta.dirname, '../../../labs'));
const spec = specs.find(({ id }) => id === 'dind') ?? assert.fail('labs/dind is what the contract runs on');

/** What `auto` finds in the way of a rung on an engine. */
async function obstacle(docker: Docker, rung: Rung, lab: LabSpec = spec): Promise<string | undefined> {
  const options = { docker, setting: 'auto', isPublic: false, spec: lab, images: { folder: imageFolder } } as const;
  return (await lookAtRungs(options)).find((look) => look.rung === rung)?.obstacle?.why;
}

async function withFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-outer-'));
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('an engine on another machine, Docker 26 by TLS', { timeout: 900_000 }, () => {
  let outer: OuterEngine;
  /** What the lab's registry serves; a store with all is the images' test. */
  const contents = ['alpine', 'busybox', 'cli'] as const;

  before(async () => {
    outer = await OuterEngine.start(await machineEngine());
  });

  after(() => outer?.[Symbol.asyncDispose]());

  it('has nothing in the way of a lab engine, and does not know our runtime', async () => {
    assert.match((await outer.docker.version()).Version, /^26\./);
    assert.equal(await obstacle(outer.docker, 'lab-engine'), undefined);
    assert.match((await obstacle(outer.docker, 'registered')) ?? '', /does not know a runtime "matryoshka"/);
  });

  it('has too little memory for a lab that may take more than there is', async () => {
    const { MemTotal } = await outer.docker.info();
    const hungry = { ...spec, limits: { ...spec.limits, memory: MemTotal + 1 } };
    for (const rung of ['lab-engine', 'userns-remap', 'privileged'] as const)
      assert.match((await obstacle(outer.docker, rung, hungry)) ?? '', /of memory, one lab may take/);
  });

  it('gives labs by a lab engine whose golden store is built there', async () => {
    const hashes = await imageHashes(imageFolder);
    await outer.take((['engine', 'sandbox', ...contents] as const).map((name) => imageReference(name, hashes)));
    {
      await using rung = await testRung('lab-engine', { docker: outer.docker, contents });
      assert.match(rung.dockerHost ?? '', /\/engine-\d+-[0-9a-f]+\.sock$/, 'by dial-stdio, its files are not here');
      const { engine } = rung;
      const ref = await engine.create({ id: 'far', shape: 'far', spec, leaseUntil: Date.now() + 600_000 });
      await engine.waitReady(ref, spec.ready.daemon);
      const seen = await engine.exec(ref, ['docker', 'run', '--rm', 'alpine', 'cat', '/proc/self/uid_map']);
      assert.match(seen.stdout, /^\s+0\s+1879\d{6}\s+262144$/m, seen.stderr);
      await engine.remove(ref);
      assert.deepEqual(await engine.list(), []);
    }
    assert.deepEqual(await outer.docker.listContainers({ all: true }), [], 'the lab engine went with its last user');
  });

  it('keeps labs through restarts, and ends with a reason those that are gone with their engine', () =>
    withFolder(async (folder) => {
      await using rung = await testRung('lab-engine', { docker: outer.docker, contents });
      const { engine } = rung;
      await using app = await appOn(rung, folder);
      const claim = async () => {
        const claimed = await app.manager.claim('learner', spec.id);
        const { id } = 'lab' in claimed ? claimed.lab : assert.fail('there is room');
        await eventually(async () => (await app.manager.get(id)).state !== 'starting', 60_000);
        return app.manager.ready(id);
      };
      await app.store.createLearner('learner', Date.now());
      const { lab, sandbox } = await claim();
      const works = () =>
        engine.exec(sandbox.engineRef, ['docker', 'run', '--rm', 'alpine', 'true'], { deadline: 60_000 }).then(
          ({ code }) => code === 0,
          () => false,
        );
      const [found] = await outer.docker.listContainers();
      const container = outer.docker.getContainer(found?.Id ?? '');
      for (const program of ['dockerd', 'containerd']) {
        assert.equal((await runIn(container, ['pkill', '-9', '-o', '-x', program])).code, 0, `no ${program}`);
        await eventually(works, 60_000);
      }
      await engine.exec(sandbox.engineRef, ['pkill', '-9', '-x', 'dockerd']);
      await eventually(works, 60_000);
      const { state, generation } = await app.manager.get(lab.id);
      assert.deepEqual([state, generation], ['ready', 1], 'it is the same lab all the time');

      await container.kill();
      await eventually(async () => (await app.manager.get(lab.id)).state === 'ended', 60_000);
      const ended = await app.manager.get(lab.id);
      assert.equal(ended.endedBecause, 'failed');
      assert.match(ended.failure ?? '', /its engine was restarted/);
      assert.deepEqual(await engine.list(), []);
      const next = await claim();
      assert.notEqual(next.lab.id, lab.id);
      await app.manager.end(next.lab.id, 'learner', 'learner');
      assert.deepEqual(await engine.list(), []);
    }));
});

describe('engines with other settings', { timeout: 600_000 }, () => {
  /** Starts one, gives it the lab engine's image and looks at it. */
  const onEngine = async (settings: object, look: (outer: OuterEngine) => Promise<void>) => {
    await using outer = await OuterEngine.start(await machineEngine(), settings);
    await look(outer);
  };

  /** What the lab engine that runs there says about itself. */
  const labEngineOn = (outer: OuterEngine) =>
    withFolder(async (folder) => {
      const image = await engineImage(imageFolder);
      await outer.take([image]);
      await using engine = await LabEngine.open({ docker: outer.docker, image, folder, log: silentLog });
      return await engine.docker.info();
    });

  it('userns-remap: the lab engine is exempt from it; the rung itself needs cgroup v2', () =>
    onEngine({ 'userns-remap': 'default' }, async (outer) => {
      const { SecurityOptions, CgroupVersion } = await outer.docker.info();
      assert.ok(SecurityOptions.includes('name=userns'));
      const why = await obstacle(outer.docker, 'userns-remap');
      if (CgroupVersion === '2') assert.equal(why, undefined);
      else assert.match(why ?? '', /cgroup v1/);
      assert.equal(await obstacle(outer.docker, 'lab-engine'), undefined);
      const inner = await labEngineOn(outer);
      assert.equal(inner.DefaultRuntime, 'matryoshka');
      assert.ok(!inner.SecurityOptions.includes('name=userns'));
    }));

  it('without overlay2: our runtime cannot be registered, the lab engine has its own on a volume', () =>
    onEngine(
      { 'storage-driver': 'vfs', runtimes: { matryoshka: { path: '/usr/local/sbin/matryoshka' } } },
      async (outer) => {
        assert.match((await obstacle(outer.docker, 'registered')) ?? '', /keeps its layers by "vfs"/);
        assert.equal((await labEngineOn(outer)).Driver, 'overlay2');
      },
    ));

  it('data in memory: refused, with the file systems that can be used', () =>
    onEngine({ 'data-root': '/run/data' }, async (outer) => {
      assert.match((await obstacle(outer.docker, 'lab-engine')) ?? '', /data lies on tmpfs/);
    }));
});

describe('an engine that has our runtime registered', { timeout: 600_000 }, () => {
  it('is what auto chooses, and the canary stays inside', () =>
    withFolder(async (folder) => {
      await using near = await testRung('lab-engine');
      const { docker, dockerHost } = near;
      const install = newInstall();
      const images = { docker, folder: imageFolder, install, offline: true, logFolder: folder };
      const store = openSqliteStore(':memory:');
      await using rung = await openIsolation({
        ...{ docker, dockerHost, images, spec, store, folder, log: silentLog },
        ...{ setting: 'auto', isPublic: false },
      });
      assert.equal(rung.verdict.rung, 'registered');
      assert.equal(rung.verdict.state, 'green');
      assert.deepEqual(
        rung.verdict.probes.map(({ place, open }) => [place, open]),
        probePlaces.map((place) => [place, []]),
      );
      assert.deepEqual(await rung.engine.list(), []);
    }));
});

describeEngine('DockerEngine, on an engine that has our runtime', async () => {
  const near = await testRung('lab-engine');
  const { docker, dockerHost = '' } = near;
  const rung = await testRung('registered', { docker, dockerHost });
  return {
    engine: rung.engine,
    spec,
    shortLease: 3000,
    async [Symbol.asyncDispose]() {
      await rung[Symbol.asyncDispose]();
      await near[Symbol.asyncDispose]();
    },
  };
});
