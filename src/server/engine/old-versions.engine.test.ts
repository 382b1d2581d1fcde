import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { engineImage } from './images.ts';
import { oldVersions } from './old-versions.ts';
import { imageFolder, machineEngine, testRung } from './testing.ts';

describe('what other versions left', { timeout: 120_000 }, () => {
  it('is an image, a golden store, and a lab engine’s data of another hash, never what this version uses', async (t) => {
    const docker = await machineEngine();
    await using rung = await testRung();
    const own = await engineImage(imageFolder);
    const [image, store, data] = [
      'matryoshka/engine:000000000000',
      'matryoshka-golden-000000000000',
      'matryoshka-engine-000000000000-data',
    ];
    await docker.getImage(own).tag({ repo: 'matryoshka/engine', tag: '000000000000' });
    for (const Name of [store, data]) await docker.createVolume({ Name });
    t.after(async () => {
      await docker
        .getImage(image)
        .remove()
        .catch(() => undefined);
      for (const name of [store, data])
        await docker
          .getVolume(name)
          .remove()
          .catch(() => undefined);
    });
    const found = await oldVersions(docker, imageFolder);
    assert.ok(!found.some(({ name }) => name === own || own.endsWith(name.split('-')[2] ?? '-')));
    const made = found.filter(({ name }) => [image, store, data].includes(name));
    assert.deepEqual(made.map(({ kind, name }) => `${kind} ${name}`).sort(), [
      `image ${image}`,
      `volume ${data}`,
      `volume ${store}`,
    ]);
    for (const each of made) await each.remove();
    for (const each of made) await each.remove();
    const left = (await oldVersions(docker, imageFolder)).map(({ name }) => name);
    assert.ok(![image, store, data].some((name) => left.includes(name)));
    assert.ok((await rung.engine.info()).memory > 0);
  });
});
