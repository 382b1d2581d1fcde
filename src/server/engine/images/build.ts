import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readContext } from './content-hash.ts';
import { contextTar } from './context-tar.ts';
import { readMessages, type Workshop } from './workshop.ts';

/**
 * Builds a Dockerfile with the engine's classic builder, which every engine has: BuildKit would need a session, and
 * its client. Steps that were finished before an interruption come from the builder's cache.
 */
export async function buildImage(
  { docker, folder, onProgress, signal }: Workshop,
  build: {
    image: string;
    folder: string;
    target?: string | undefined;
    reference: string;
    args: Record<string, string>;
  },
  log: (text: string) => Promise<void>,
): Promise<void> {
  const context = contextTar(await readContext(join(folder, build.folder)));
  const stream = await docker.buildImage(Readable.from([context]), {
    t: build.reference,
    buildargs: build.args,
    ...(build.target && { target: build.target }),
    // Package mirrors are reached as the host reaches them, whatever bridge and name servers the engine has.
    networkmode: 'host',
    rm: true,
    forcerm: true,
    labels: { 'org.matryoshka.image': build.image },
    abortSignal: signal,
  });
  await readMessages(stream, async ({ stream: text }) => {
    if (!text) return;
    await log(text);
    const step = /^Step \d+\/\d+ : .{1,60}/.exec(text);
    if (step) onProgress({ image: build.image, phase: 'build', detail: step[0] });
  });
}
