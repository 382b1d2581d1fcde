import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import type Docker from 'dockerode';
import { silentLog } from '../log.ts';
import { eventually } from '../testing.ts';
import { stripHeaders } from './docker-streams.ts';
import { earlierSandboxes } from './earlier-sandboxes.ts';
import { inspected, readMessages } from './images/workshop.ts';
import { prepareImage } from './images.ts';
import { destroyLabEngine, engineName, LabEngine, labEngines, runIn } from './lab-engine.ts';
import { installLabel, sandboxLabel } from './sandbox-options.ts';
import { imageFolder, machineEngine, newInstall } from './testing.ts';

/** An engine's image under a name of its own is a lab engine of its own: nobody else's labs are in it. */
const tag = `test${randomBytes(4).toString('hex')}`;
const image = `matryoshka/engine:${tag}`;
const name = engineName(image);
const install = newInstall();
/** An image of one program. */
const tiny = 'matryoshka-test-tiny';

describe('the lab engine', { timeout: 300_000 }, () => {
  let docker: Docker;
  let folder: string;

  const open = () => LabEngine.open({ docker, image, folder, log: silentLog });
  const state = async () => (await labEngines(docker)).find((each) => each.name === name);
  /** Ends a program in the container, and resolves when it has ended; whoever looks after it starts it again. */
  const kill = async (program: string) => {
    const { code } = await runIn(docker.getContainer(name), ['pkill', '-9', '-x', program]);
    assert.equal(code, 0, `no ${program}`);
  };

  /** A container that counts as a sandbox, from an image that is made on the spot. */
  const startSandbox = async (inner: Docker) => {
    if (!(await inspected(inner.getImage(tiny)))) {
      const archive = await docker.getContainer(name).getArchive({ path: '/usr/bin/busybox' });
      const words = await inner.importImage(archive, { repo: tiny });
      await readMessages(words, () => undefined);
    }
    const container = await inner.createContainer({
      Image: tiny,
      Cmd: ['/busybox', 'sleep', '3600'],
      Labels: { [sandboxLabel]: 'test', [installLabel]: install },
      HostConfig: { NetworkMode: 'none' },
    });
    await container.start();
    return container.id;
  };

  before(async () => {
    docker = await machineEngine();
    folder = await mkdtemp(join(tmpdir(), 'matryoshka-engine-'));
    const options = { docker, folder: imageFolder, install, offline: false, logFolder: folder };
    await docker.getImage(await prepareImage(options, 'engine')).tag({ repo: 'matryoshka/engine', tag });
  });

  after(async () => {
    await destroyLabEngine(docker, name);
    await docker.getImage(image).remove();
    await rm(folder, { recursive: true });
  });

  it('is started by the first, shared by the second, removed by the last; its volumes stay', async () => {
    await using first = await open();
    await using second = await open();
    assert.deepEqual(await state(), { name, state: 'running', sandboxes: 0, users: 2 });
    assert.equal((await second.docker.info()).Name, (await first.docker.info()).Name);
    await first[Symbol.asyncDispose]();
    await second.docker.ping();
    await second[Symbol.asyncDispose]();
    assert.equal(await state(), undefined);
    assert.ok(await inspected(docker.getVolume(`${name}-data`)));
  });

  it('is told of until it is gone, also when it ends under who looks', async () => {
    await using engine = await open();
    const looking = (async () => {
      for (let now = await state(); now; now = await state()) assert.equal(now.sandboxes, 0);
    })();
    await Promise.all([looking, engine[Symbol.asyncDispose]()]);
  });

  it('is private: no network, a cgroup namespace of its own, volumes that nothing else mounts', async () => {
    await using _engine = await open();
    const { HostConfig, Mounts } = await docker.getContainer(name).inspect();
    assert.equal(HostConfig.NetworkMode, 'none');
    assert.equal((HostConfig as { CgroupnsMode?: string }).CgroupnsMode, 'private');
    assert.deepEqual(Mounts.map((mount) => mount.Name).sort(), [`${name}-data`, `${name}-socket`]);
  });

  it('gets less of the processor than others when all want it, with everything that runs in it', async () => {
    await using _engine = await open();
    const weights = 'cd /sys/fs/cgroup; grep -s "" cpu/cpu.shares cpu.weight';
    const exec = await docker.getContainer(name).exec({ Cmd: ['sh', '-c', weights], AttachStdout: true });
    const said = stripHeaders(await buffer(await exec.start({}))).toString();
    const [, file, weight] = /^(.*):(\d+)$/m.exec(said) ?? [];
    // What the kernel gives who asks for nothing is 1024 on v1 and 100 on v2.
    assert.ok(Number(weight) < (file === 'cpu.weight' ? 100 : 1024), said);
  });

  it('is let go by a program that is killed', async (t) => {
    const script = `
      import Docker from 'dockerode';
      import { LabEngine } from '${join(import.meta.dirname, 'lab-engine.ts')}';
      import { silentLog } from '${join(import.meta.dirname, '../log.ts')}';
      await LabEngine.open({ docker: new Docker(), image: '${image}', folder: '${folder}', log: silentLog });
      console.log('open');`;
    await using engine = await open();
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname });
    t.after(() => child.kill('SIGKILL'));
    await new Promise((resolve, reject) => child.stdout.once('data', resolve).once('close', reject));
    assert.equal((await state())?.users, 2);
    child.kill('SIGKILL');
    await eventually(async () => (await state())?.users === 1);
    await engine.docker.ping();
  });

  it('stays while a sandbox runs in it, whoever made it', async () => {
    await using engine = await open();
    const sandbox = await startSandbox(engine.docker);
    await engine[Symbol.asyncDispose]();
    assert.deepEqual(await state(), { name, state: 'running', sandboxes: 1, users: 0 });
    await using again = await open();
    await again.docker.getContainer(sandbox).remove({ force: true });
  });

  it('keeps its sandboxes when its dockerd or its containerd is killed', async () => {
    await using engine = await open();
    const sandbox = await startSandbox(engine.docker);
    const pid = async () => (await engine.docker.getContainer(sandbox).inspect()).State;
    const before = await pid();
    for (const program of ['dockerd', 'containerd']) {
      await kill(program);
      assert.equal((await state())?.sandboxes, 1, `${program} has been killed, no sandbox`);
      await eventually(async () => {
        const now = await pid().catch(() => undefined);
        return now?.Running === true && now.Pid === before.Pid;
      }, 30_000);
      await eventually(() => canExec(engine.docker, sandbox), 30_000);
    }
    await engine.docker.getContainer(sandbox).remove({ force: true });
  });

  it('comes back when its container is stopped or removed; what ran in it has ended', async () => {
    await using engine = await open();
    for (const end of ['kill', 'remove'] as const) {
      const sandbox = await startSandbox(engine.docker);
      const container = docker.getContainer(name);
      await (end === 'kill' ? container.kill() : container.remove({ force: true }));
      await eventually(async () => {
        const now = await engine.docker
          .getContainer(sandbox)
          .inspect()
          .catch(() => undefined);
        return now?.State.Running === false;
      }, 30_000);
      await engine.docker.getContainer(sandbox).remove({ force: true });
    }
    assert.equal((await state())?.users, 1);
  });

  it('goes when nobody needs it and another version is opened, and is drained while somebody does', async () => {
    const other = `${tag}b`;
    await docker.getImage(image).tag({ repo: 'matryoshka/engine', tag: other });
    const newer = { docker, image: `matryoshka/engine:${other}`, folder, log: silentLog };
    try {
      await using engine = await open();
      await startSandbox(engine.docker);
      await engine[Symbol.asyncDispose]();
      await using first = await LabEngine.open(newer);
      assert.equal((await state())?.sandboxes, 1);
      assert.deepEqual(await earlierSandboxes(docker, 'another', first.name), []);
      const [left, ...others] = await earlierSandboxes(docker, install, first.name);
      assert.deepEqual([left?.id, others], ['test', []]);
      await left?.remove();
      assert.equal(await state(), undefined, 'it went with the last that was in it');
      await left?.remove();

      await first[Symbol.asyncDispose]();
      await using again = await open();
      await docker.getContainer(name).kill();
      await again[Symbol.asyncDispose]();
      await using _second = await LabEngine.open(newer);
      assert.equal(await state(), undefined);
    } finally {
      await destroyLabEngine(docker, engineName(newer.image));
      await docker.getImage(newer.image).remove();
    }
  });

  it('is reached through the engine where its files are on another machine', async (t) => {
    // This file again, in a mount namespace in which the engine's volumes cannot be seen.
    const { DockerRootDir } = await docker.info();
    const script = `
      import Docker from 'dockerode';
      import { LabEngine } from '${join(import.meta.dirname, 'lab-engine.ts')}';
      import { silentLog } from '${join(import.meta.dirname, '../log.ts')}';
      const options = { docker: new Docker(), image: '${image}', folder: '${folder}', log: silentLog };
      await using engine = await LabEngine.open(options);
      const { Name } = await engine.docker.info();
      console.log(JSON.stringify({ host: engine.dockerHost, name: Name }));
      await new Promise((resolve) => process.stdin.once('data', resolve));`;
    const hide = 'mount -t tmpfs none "$0" && exec "$@"';
    const command = ['--mount', 'sh', '-c', hide, `${DockerRootDir}/volumes`, process.execPath];
    const child = spawn('unshare', [...command, '--input-type=module', '-e', script], { cwd: import.meta.dirname });
    t.after(() => child.kill('SIGKILL'));
    const said = await new Promise<Buffer>((resolve, reject) => {
      child.stdout.once('data', resolve).once('close', () => reject(new Error('it did not open')));
      child.stderr.pipe(process.stderr);
    });
    const { host, name: inner } = JSON.parse(said.toString());
    const socket = host.replace('unix://', '');
    assert.equal(join(socket, '..'), folder);
    assert.equal((await stat(socket)).mode & 0o777, 0o600);
    assert.equal(inner, (await docker.getContainer(name).inspect()).Config.Hostname);
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end('\n');
    assert.equal(await ended, 0);
    assert.deepEqual(await readdir(folder).then((all) => all.filter((file) => file.endsWith('.sock'))), []);
    assert.equal(await state(), undefined, 'the last one removes it on this way, too');
  });
});

async function canExec(docker: Docker, sandbox: string): Promise<boolean> {
  try {
    const exec = await docker.getContainer(sandbox).exec({ Cmd: ['/busybox', 'true'], AttachStdout: true });
    const stream = await exec.start({});
    stream.resume();
    await new Promise((resolve) => stream.on('end', resolve).on('close', resolve));
    return (await exec.inspect()).ExitCode === 0;
  } catch {
    return false;
  }
}
