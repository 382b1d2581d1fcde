import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { eventually } from '../testing.ts';
import { type ImageEvent, type PreparedImages, prepareImages } from './images.ts';
import type { EnteredRung } from './isolation.ts';
import { sandboxLabel, sandboxOptions } from './sandbox-options.ts';
import { imageFolder, machineEngine, newInstall, testRung } from './testing.ts';

const install = newInstall();
const mebibyte = 2 ** 20;

/** Runs a shell script in the sandbox with the toolkit first in the path, as a lesson's script runs. */
async function sh(container: Docker.Container, script: string): Promise<{ code: number; output: string }> {
  const exec = await container.exec({
    Cmd: ['sh', '-c', script],
    Env: ['PATH=/opt/lab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({});
  const output = new PassThrough();
  container.modem.demuxStream(stream, output, output);
  let text = '';
  output.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
  return { code: (await exec.inspect()).ExitCode ?? -1, output: text.trim() };
}

/** Opens a held terminal as `docker exec -it` does; `until` waits for output. */
async function openTerminal(container: Docker.Container, name: string) {
  const exec = await container.exec({
    Cmd: ['/opt/lab/bin/lab-terminal', name, '100', '30'],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  const until = async (wanted: RegExp | (() => Promise<boolean>)) => {
    for (let tries = 0; tries < 100; tries++) {
      if (wanted instanceof RegExp ? wanted.test(text) : await wanted()) return;
      await sleep(50);
    }
    assert.fail(`${wanted} did not come: ${JSON.stringify(text)}`);
  };
  const exitCode = async () => {
    await until(async () => !(await exec.inspect()).Running);
    return (await exec.inspect()).ExitCode;
  };
  return { stream, until, exitCode };
}

async function passes(container: Docker.Container, script: string): Promise<string> {
  const { code, output } = await sh(container, script);
  assert.equal(code, 0, `${script}: ${output}`);
  return output;
}

describe('images and sandbox on a real engine', { timeout: 600_000 }, () => {
  let rung: EnteredRung;
  /** The engine that sandboxes run on. */
  let docker: Docker;
  let machine: Docker;
  let logFolder: string;
  let prepared: PreparedImages;
  let sandbox: Docker.Container;
  const events: ImageEvent[] = [];
  const prepare = (offline: boolean) => {
    const onProgress = (event: ImageEvent) => events.push(event);
    const options = { docker: machine, folder: imageFolder, install, offline, logFolder, onProgress };
    return prepareImages(options, { docker, isolation: 'matryoshka' });
  };

  async function startSandbox(name: string, leaseUntil: number): Promise<Docker.Container> {
    const container = await docker.createContainer(
      sandboxOptions({
        isolation: 'matryoshka',
        image: prepared.sandbox,
        golden: prepared.golden,
        name: `matryoshka-${install}-${name}`,
        labels: { 'org.matryoshka.install': install, [sandboxLabel]: name },
        limits: { memory: 1536 * mebibyte, cpus: 1, pids: 512, disk: { tmpfs: 768 * mebibyte } },
        leaseUntil,
        canBePrivileged: true,
      }),
    );
    await container.start();
    return container;
  }

  const ends = (pattern: RegExp) => eventually(async () => !pattern.test(await passes(sandbox, 'ps ax')));

  before(async () => {
    logFolder = await mkdtemp(join(tmpdir(), 'matryoshka-images-'));
    machine = await machineEngine();
    rung = await testRung('lab-engine', { install });
    ({ docker, images: prepared } = rung);
    sandbox = await startSandbox('lessons', Math.round(Date.now() / 1000) + 300);
    await passes(sandbox, 'lab-ready 20');
  });

  after(async () => {
    const filters = { label: [`org.matryoshka.install=${install}`] };
    for (const { Id } of (await docker?.listContainers({ all: true, filters })) ?? []) {
      await docker.getContainer(Id).remove({ force: true, v: true });
    }
    await rung?.[Symbol.asyncDispose]();
    if (logFolder) await rm(logFolder, { recursive: true });
  });

  it('makes nothing twice', async () => {
    assert.deepEqual(await prepare(false), prepared);
    assert.deepEqual(new Set(events.map(({ phase }) => phase)), new Set(['cached']));
  });

  it('is content without a network when nothing is missing', async () => {
    assert.deepEqual(await prepare(true), prepared);
  });

  it('leaves no builder behind', async () => {
    const filters = { name: [`${prepared.golden}-build`] };
    assert.deepEqual(await docker.listContainers({ all: true, filters }), []);
  });

  it('has the images of the lessons under their names', async () => {
    const images = await passes(sandbox, "docker images --format '{{.Repository}}:{{.Tag}}' | sort");
    assert.deepEqual(images.split('\n'), [
      'alpine:latest',
      'busybox:latest',
      'docker:cli',
      'docker:dind',
      'docker:dind-rootless',
      'docker:latest',
      'kicbase:v0.0.32',
      'registry.cn-hangzhou.aliyuncs.com/google_containers/kicbase:v0.0.32',
    ]);
  });

  it('cannot write to the golden store or the toolkit', async () => {
    assert.notEqual((await sh(sandbox, 'touch /golden/x')).code, 0);
    assert.notEqual((await sh(sandbox, 'touch /opt/lab/bin/x')).code, 0);
  });

  it('runs the commands of the articles as they stand', async () => {
    assert.match(await passes(sandbox, 'docker run --rm alpine ls /'), /etc/);
    assert.match(
      await passes(sandbox, 'docker run --rm -v /var/run/docker.sock:/var/run/docker.sock docker ps'),
      /CONTAINER ID/,
    );
    const page = 'docker run -d --rm --name web -p 18080:80 busybox sh -c "echo inside >index.html; httpd -f"';
    const ask = 'for i in $(seq 100); do curl -fs http://127.0.0.1:18080/index.html && exit; sleep 0.1; done; exit 1';
    assert.match(await passes(sandbox, `${page} && ${ask}`), /inside$/);
    await passes(sandbox, 'docker rm -f web');
  });

  it('nests: one process has three pids', async () => {
    await passes(sandbox, 'docker run -itd --name dind-test --privileged docker:dind');
    await passes(
      sandbox,
      'for i in $(seq 100); do docker exec dind-test docker ps && exit; sleep 0.1; done; docker logs dind-test; exit 1',
    );
    assert.equal(await passes(sandbox, 'docker exec dind-test docker images --quiet'), '');
    assert.match(
      await passes(sandbox, 'docker save alpine | docker exec -i dind-test docker load'),
      /Loaded image: alpine:latest/,
    );
    await passes(sandbox, 'docker exec dind-test docker run -d --name container3 alpine sleep 4321');
    assert.doesNotMatch(await passes(sandbox, 'docker ps'), /container3/);
    const pids = await passes(sandbox, "awk '/NSpid/{print $2, $3, $4}' /proc/$(pgrep -fx 'sleep 4321')/status");
    assert.match(pids, /^\d+ \d+ \d+$/);
    await passes(sandbox, 'docker rm -fv dind-test');
  });

  it('serves TLS to a client that has the certificates, and only to him', async () => {
    const client = 'docker run --rm --link tls:docker --volumes-from certs docker';
    await passes(sandbox, 'docker run -d --name tls --privileged -v certs-client:/certs/client docker:dind');
    await passes(sandbox, 'for i in $(seq 100); do docker exec tls docker ps && exit; sleep 0.1; done; exit 1');
    await passes(sandbox, 'docker create --name certs -v certs-client:/certs/client:ro alpine');
    assert.match(await passes(sandbox, `${client} version --format '{{.Server.Version}}'`), /^\d/);
    assert.notEqual((await sh(sandbox, 'docker run --rm --link tls:docker docker ps')).code, 0);
    await passes(sandbox, 'docker rm -fv tls certs');
  });

  it('refuses a docker:dind without --privileged', async () => {
    const { code, output } = await sh(sandbox, 'docker run --rm docker:dind');
    assert.notEqual(code, 0);
    assert.match(output, /denied|not permitted/);
  });

  it('tells why the daemon does not start, and starts it once that is mended', async () => {
    const broken = await sh(
      sandbox,
      'cp /etc/docker/daemon.json /tmp; echo { >/etc/docker/daemon.json; service docker restart',
    );
    assert.notEqual(broken.code, 0);
    assert.match(broken.output, /daemon\.json/);
    await passes(sandbox, 'cp /tmp/daemon.json /etc/docker/; service docker start; docker ps');
  });

  it('brings a killed daemon back', async () => {
    await passes(sandbox, 'kill -9 $(cat /run/lab/services/docker.pid); sleep 0.2; lab-ready 10');
  });

  it('holds a shell over a cut connection, and ends with the shell and its exit status', async () => {
    const first = await openTerminal(sandbox, 'main');
    await first.until(/root@host/);
    first.stream.write('kept=yes; sleep 70 & stty size\r');
    await first.until(/30 100/);
    first.stream.destroy();
    const second = await openTerminal(sandbox, 'main');
    // At the same size bash draws no new prompt; dtach's clearing shows that it is attached.
    await second.until(/\[J/);
    second.stream.write('echo kept=$kept; exit 7\r');
    await second.until(/kept=yes\r/);
    second.stream.write('exit 7\r'); // the first one only warned of the job
    assert.equal(await second.exitCode(), 7);
    await ends(/dtach|lab-terminal/);
  });

  it('ends a shell on demand', async () => {
    const terminal = await openTerminal(sandbox, 'other');
    await terminal.until(/root@host/);
    await passes(sandbox, 'lab-terminal-end other; [ -z "$(ls /run/lab/terminals | grep other)" ]');
    await terminal.exitCode();
    await ends(/terminals\/other/);
  });

  it('does not become a sandbox without images when the golden store is empty', async () => {
    const name = `matryoshka-${install}-empty`;
    const real = prepared;
    prepared = { ...prepared, golden: name };
    try {
      const container = await startSandbox('empty', Math.round(Date.now() / 1000) + 60);
      assert.equal((await container.wait()).StatusCode, 65);
      await container.remove({ force: true, v: true });
    } finally {
      prepared = real;
      await docker.getVolume(name).remove();
    }
  });

  it('says by its exit code that its lease was over', async () => {
    const container = await startSandbox('lease', Math.round(Date.now() / 1000) + 1);
    assert.equal((await container.wait()).StatusCode, 64);
  });

  it('leaves nothing when it is removed', async () => {
    const { Mounts } = await sandbox.inspect();
    const volumes = Mounts.filter(({ Type }) => Type === 'volume').map(({ Name }) => Name);
    assert.deepEqual(volumes, [prepared.golden], 'it had no volume of its own');
    await sandbox.remove({ force: true, v: true });
    await assert.rejects(sandbox.inspect(), { statusCode: 404 });
  });
});
