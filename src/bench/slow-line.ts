import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A line to a port of this machine that carries so many bytes a second towards the browser. */
export async function slowLine(port: number, bytesPerSecond: number): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((browser) => {
    const behind = connect(port, '127.0.0.1');
    for (const socket of [browser, behind]) {
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    }
    browser.on('close', () => behind.destroy()).pipe(behind);
    behind
      .on('close', () => browser.destroy())
      .pipe(throttle(bytesPerSecond))
      .pipe(browser);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Little is under way at a time, as on a line without a buffer of its own. */
function throttle(bytesPerSecond: number): Transform {
  const highWaterMark = 4096;
  return new Transform({
    highWaterMark,
    transform(bytes: Buffer, _, done) {
      sleep((bytes.length / bytesPerSecond) * 1000).then(() => done(null, bytes), done);
    },
  });
}
