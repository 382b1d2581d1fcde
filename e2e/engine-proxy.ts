import { execFile } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A way to the real engine that can be cut, so that a journey sees an engine go and come back. */
export class EngineProxy implements AsyncDisposable {
  readonly #folder: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<EngineProxy> {
    const proxy = new EngineProxy(await mkdtemp(join(tmpdir(), 'matryoshka-proxy-')));
    await proxy.connect();
    return proxy;
  }

  /** Value for DOCKER_HOST. */
  get host(): string {
    return `unix://${this.#path}`;
  }

  /** The engine's folder of volumes, where it is one of this machine. */
  async volumes(): Promise<string | undefined> {
    const { stdout } = await promisify(execFile)('docker', ['info', '--format', '{{.DockerRootDir}}']);
    const folder = join(stdout.trim(), 'volumes');
    return await access(folder).then(
      () => folder,
      () => undefined,
    );
  }

  async connect(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const engine = connect({ ...engineAddress(), allowHalfOpen: true });
      for (const socket of [client, engine]) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
      }
      client.pipe(engine);
      engine.pipe(client);
    });
    this.#server = server;
    await rm(this.#path, { force: true });
    await new Promise<void>((resolve) => server.listen(this.#path, resolve));
  }

  /** The engine answers nobody any more. */
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #path(): string {
    return join(this.#folder, 'docker.sock');
  }
}

function engineAddress(): { path: string } | { host: string; port: number } {
  const url = new URL(process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock');
  return url.protocol === 'unix:' ? { path: url.pathname } : { host: url.hostname, port: Number(url.port) };
}
