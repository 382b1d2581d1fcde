import type { EngineMessage, Workshop } from './workshop.ts';
import { inspected, readMessages, tagImage } from './workshop.ts';

/** How long a registry may take until the first sign of life. Behind a wall that swallows packets it never comes. */
const registryPatienceMs = 5_000;

/**
 * Pulls official images as long as their registry answers. After the first "no" it does not ask that one again, so that
 * a machine without a registry loses five seconds at most, once.
 */
export class Registries {
  readonly #silent = new Set<string>();

  /** Tells why not, or undefined when `reference` is the pulled image now. */
  async pull(
    { docker, signal }: Workshop,
    official: string,
    reference: string,
    log: (text: string) => Promise<void>,
  ): Promise<string | undefined> {
    const host = registryOf(official);
    if (this.#silent.has(host)) return 'no registry';
    const wasThere = await inspected(docker.getImage(official));
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), registryPatienceMs);
    try {
      const stream = await docker.pull(official, { abortSignal: AbortSignal.any([signal, patience.signal]) });
      await readMessages(stream, async (message: EngineMessage) => {
        clearTimeout(timer);
        if (message.status && !message.progress) await log(`${message.id ?? ''} ${message.status}`);
      });
      await tagImage(docker, official, reference);
      // The operator's own names stay as they were.
      if (!wasThere) await docker.getImage(official).remove();
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      this.#silent.add(host);
      const reason = patience.signal.aborted
        ? `no answer within ${registryPatienceMs / 1000} s`
        : String((error as Error).message);
      await log(reason);
      return reason;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The host in an image's name; names without one are Docker Hub's. */
function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && /[.:]/.test(first) ? first : 'docker.io';
}
