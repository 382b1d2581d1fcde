import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { finished, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { demultiplexed } from './docker-streams.ts';

const prefix = 'engine-';

/**
 * A unix socket on this machine that leads to the engine in a container of any other engine: every connection is a
 * `docker system dial-stdio` in there, carried by the engine's API. Slower than a socket file by one exec for each
 * connection, but it asks nothing of the engine's files.
 */
export class Dial implements AsyncDisposable {
  readonly file: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(file: string, server: Server) {
    this.file = file;
    this.#server = server;
  }

  /** Listens in the folder, mode 0600. */
  static async listen(docker: Docker, container: string, folder: string): Promise<Dial> {
    removeStale(folder);
    const file = join(folder, `${prefix}${process.pid}-${randomBytes(2).toString('hex')}.sock`);
    const server = createServer({ allowHalfOpen: true });
    const dial = new Dial(file, server);
    server.on('connection', (socket) => void dial.#lead(socket, docker.getContainer(container)));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // The file is made within the call: not for a moment may somebody else open it.
      const umask = process.umask(0o177);
      server.listen(file, resolve);
      process.umask(umask);
    });
    return dial;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #lead(socket: Socket, container: Docker.Container): Promise<void> {
    this.#sockets.add(socket);
    // Whoever asks sees a closed connection, as from an engine that is away.
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
    try {
      const exec = await container.exec({
        Cmd: ['docker', 'system', 'dial-stdio'],
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
      });
      const stream = await exec.start({ hijack: true, stdin: true });
      finished(socket, () => stream.destroy());
      // A pipeline would close the socket with the engine's side, before what the engine said last is read from it.
      socket.pipe(stream.on('error', () => {})).on('close', () => socket.resume());
      await pipeline(Readable.from(demultiplexed(stream)), socket);
    } catch {
      socket.destroy();
    }
  }
}

/** Removes what processes left that were killed. */
function removeStale(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^engine-(\d+)-[0-9a-f]+\.sock$/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
