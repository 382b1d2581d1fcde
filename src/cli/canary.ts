import type { Core } from '../server/app.ts';
import { PlainError } from './messages.ts';

/** How long the canary's own lease is: it is gone in seconds, and by itself if we die meanwhile. */
const leaseMs = 60_000;

/**
 * Starts a lab of each shape, asks its Docker to run a container, removes it. What it answers is that labs work here.
 *
 * @throws {PlainError} with the lab's own words.
 */
export async function canary({ sandboxes, engine, labs }: Pick<Core, 'sandboxes' | 'engine' | 'labs'>): Promise<void> {
  for (const spec of labs.specs) {
    const sandbox = await sandboxes.create(spec, { purpose: 'test', leaseUntil: Date.now() + leaseMs });
    try {
      const result = await engine.exec(sandbox.engineRef, ['docker', 'run', '--rm', 'alpine', 'echo', 'alive']);
      if (result.stdout.trim() === 'alive') continue;
      throw new PlainError(
        `The Docker of a lab "${spec.id}" did not run a container: ${result.stderr || result.stdout}`,
      );
    } finally {
      await sandboxes.remove(sandbox);
    }
  }
}
