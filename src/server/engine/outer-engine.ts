import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import Dockerode from 'dockerode';
import { stripHeaders } from './docker-streams.ts';
import { contextTar } from './images/context-tar.ts';
import { readMessages } from './images/workshop.ts';
import { prepareImage } from './images.ts';
import { allButPrivileged } from './sandbox-options.ts';

const port = 2376;
const upMs = 60_000;

/** One certificate is authority, server and client. */
const start = `set -e
mkdir /run/tls && cd /run/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=outer -addext "subjectAltName=IP:$(hostname -i)" 2>/dev/null
cat key.pem cert.pem
exec 3<&0
(cat <&3 >/dev/null; kill 1) &
exec tini -- engine-init`;

const label = 'org.matryoshka.test=outer';

/**
 * Debian's engine in a container of the machine's, reached by TLS, its files out of sight: what the platform sees of
 * an engine on another machine. Its settings are those of a stock engine and the given ones.
 */
export class OuterEngine implements AsyncDisposable {
  readonly docker: Docker;
  readonly #machine: Docker;
  readonly #container: Docker.Container;
  readonly #input: NodeJS.ReadWriteStream;

  private constructor(machine: Docker, container: Docker.Container, input: NodeJS.ReadWriteStream, docker: Docker) {
    this.#machine = machine;
    this.#container = container;
    this.#input = input;
    this.docker = docker;
  }

  /** `data`: a folder of the machine for what it keeps; without it that goes with the engine. */
  static async start(machine: Docker, settings: object = {}, data?: string): Promise<OuterEngine> {
    // Those of programs that were killed have ended, but stay.
    await machine.pruneContainers({ filters: { label: [label], until: ['10m'] } });
    const container = await machine.createContainer({
      Image: await prepareImage({ ...imageOptions, docker: machine }, 'engine'),
      Entrypoint: ['sh', '-c', start],
      Labels: Object.fromEntries([label.split('=')]),
      // It ends with its input, which ends with us, however we end.
      ...{ OpenStdin: true, StdinOnce: true },
      HostConfig: {
        ...allButPrivileged,
        // The library's type forgets CgroupnsMode.
        ...({ CgroupnsMode: 'private' } as object),
        Tmpfs: { '/run': 'exec' },
        Mounts: [{ Type: data ? 'bind' : 'volume', Source: data ?? '', Target: '/var/lib/docker' }],
      },
    });
    let input: NodeJS.ReadWriteStream | undefined;
    try {
      const content = Buffer.from(JSON.stringify({ ...stock, ...settings }));
      await container.putArchive(contextTar([{ path: 'etc/docker/daemon.json', content, executable: false }]), {
        path: '/',
      });
      input = await container.attach({ stream: true, stdin: true, hijack: true });
      await container.start();
      return new OuterEngine(machine, container, input, await reach(container));
    } catch (error) {
      input?.end();
      await container.remove({ force: true, v: true });
      throw error;
    }
  }

  /** Copies images from the machine's engine. */
  async take(names: string[]): Promise<void> {
    // The library has the method, its types do not.
    const { getImages } = this.#machine as unknown as {
      getImages(o: { names: string[] }): Promise<NodeJS.ReadableStream>;
    };
    const archive = await getImages.call(this.#machine, { names });
    await readMessages(await this.docker.loadImage(archive, { quiet: true }), () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its daemon ends its containers and unmounts what it has mounted.
    await this.#container.stop({ t: 20 });
    this.#input.end();
    await this.#container.remove({ force: true, v: true });
  }
}

const imageOptions = {
  ...{ folder: join(import.meta.dirname, '../../../labs/images'), install: 'test' },
  ...{ offline: true, logFolder: '/nowhere' },
};

const stock = {
  hosts: [`tcp://0.0.0.0:${port}`, 'unix:///run/docker.sock'],
  tlsverify: true,
  ...{ tlscacert: '/run/tls/cert.pem', tlscert: '/run/tls/cert.pem', tlskey: '/run/tls/key.pem' },
  containerd: '/run/containerd/containerd.sock',
};

/** Waits until the engine in the container answers. */
async function reach(container: Docker.Container): Promise<Docker> {
  const { NetworkSettings } = await container.inspect();
  const { IPAddress: host = '' } = NetworkSettings.Networks.bridge ?? {};
  for (const end = Date.now() + upMs; ; await sleep(100)) {
    const words = stripHeaders(await container.logs({ stdout: true, stderr: true })).toString();
    const [key = '', cert = ''] = words.match(/-----BEGIN [\s\S]+?-----END [^-]+-----\n/g) ?? [];
    const docker = new Dockerode({ protocol: 'https', host, port, ca: cert, cert, key });
    const failure = await docker.ping().then(
      () => undefined,
      (error: Error) => error,
    );
    if (!failure) return docker;
    const { State } = await container.inspect();
    if (!State.Running || Date.now() > end)
      assert.fail(`The outer engine does not answer (${failure.message}): ${words}`);
  }
}
