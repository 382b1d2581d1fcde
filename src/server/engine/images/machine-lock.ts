import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until no other process of this machine holds the lock of that name, then holds it until disposed of. It is a
 * listening socket in Linux's abstract namespace: taken atomically, seen by every user, gone with its process even
 * after `kill -9`, and no file that could be left behind.
 */
export async function machineLock(
  name: string,
  signal?: AbortSignal,
  onWait: () => void = () => {},
): Promise<AsyncDisposable> {
  // The kernel takes at most 107 bytes.
  const address = `\0matryoshka-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  for (let tries = 0; ; tries++) {
    const server = createServer();
    const taken = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
      );
      server.listen(address, () => resolve(true));
    });
    if (taken) {
      return { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
    }
    if (tries === 0) onWait();
    await sleep(200, undefined, { ...(signal && { signal }) });
  }
}
