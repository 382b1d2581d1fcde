import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { LabCatalog } from '../labs/lab-catalog.ts';
import { describeEngine } from './engine.contract.ts';
import { machineEngine, testRung } from './testing.ts';

/** Says that this process runs where the engine's volumes cannot be seen. */
const mark = 'MATRYOSHKA_TEST_HIDDEN';

if (process.env[mark]) {
  describeEngine('DockerEngine in the lab engine, by dial-stdio', async () => {
    const rung = await testRung();
    const { DockerRootDir } = await (await machineEngine()).info();
    assert.ok(!rung.dockerHost?.includes(DockerRootDir), rung.dockerHost);
    const { specs } = await LabCatalog.load(join(import.meta.dirname, '../../../labs'));
    const spec = specs.find(({ id }) => id === 'dind') ?? assert.fail('labs/dind is what the contract runs on');
    return { engine: rung.engine, spec, shortLease: 5000, [Symbol.asyncDispose]: () => rung[Symbol.asyncDispose]() };
  });
} else {
  it('passes the contract where the engine is on another machine', { timeout: 400_000 }, async () => {
    const { DockerRootDir } = await (await machineEngine()).info();
    // This file again, in a mount namespace of its own.
    const hide = ['--mount', 'sh', '-c', 'mount -t tmpfs none "$0" && exec "$@"', join(DockerRootDir, 'volumes')];
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn('unshare', [...hide, process.execPath, '--test-reporter=spec', import.meta.filename], {
      cwd: dirname(import.meta.filename),
      env: { ...env, [mark]: '1' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
  });
}
