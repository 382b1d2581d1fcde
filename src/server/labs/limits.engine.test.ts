import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ExecResult } from '../engine/engine.ts';
import type { EnteredRung } from '../engine/isolation.ts';
import { testRung } from '../engine/testing.ts';
import { eventually } from '../testing.ts';
import { LabCatalog } from './lab-catalog.ts';

const labs = join(import.meta.dirname, '../../../labs');

function isFree({ memory, processes = 100, disk = 100 }: Record<string, number>): void {
  assert.equal(memory, 0);
  assert.ok(processes < 50 && disk < 50, `${processes} % of the processes, ${disk} % of the disk`);
}

describe('the limits of a lab', { timeout: 180_000 }, () => {
  let rung: EnteredRung;
  let ref: string;
  let neighbour: string;

  before(async () => {
    rung = await testRung();
    const spec = (await LabCatalog.load(labs)).spec('dind') ?? assert.fail('labs/dind is what the lessons run on');
    const leaseUntil = Date.now() + 170_000;
    [ref, neighbour] = await Promise.all([
      rung.engine.create({ id: 'limits', shape: 'limits', spec, leaseUntil }),
      rung.engine.create({ id: 'neighbour', shape: 'limits', spec, leaseUntil }),
    ]);
    for (const each of [ref, neighbour]) await rung.engine.waitReady(each, spec.ready.daemon);
  });

  after(async () => {
    for (const { ref: left } of (await rung?.engine.list()) ?? []) await rung.engine.remove(left);
    await rung?.[Symbol.asyncDispose]();
  });

  const sh = (command: string, where = ref): Promise<ExecResult> =>
    rung.engine.exec(where, ['/bin/sh', '-c', command], { deadline: 60_000 });

  /** What lab-limits counts. */
  async function counts(where = ref): Promise<Record<string, number>> {
    const { stdout } = await sh('/opt/lab/bin/lab-limits', where);
    const pairs = stdout
      .trim()
      .split(' ')
      .map((pair) => pair.split('='));
    return Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)]));
  }

  /** Daemon and shell of the lab still work, and nobody else has noticed. */
  async function isWhole(): Promise<void> {
    const { code, stderr } = await sh('docker run --rm alpine true');
    assert.equal(code, 0, stderr);
    isFree(await counts(neighbour));
  }

  it('shows none in a lab that hit none', async () => {
    isFree(await counts());
  });

  it('counts a memory hog, and outlives it', async () => {
    assert.notEqual((await sh('docker run --rm alpine sh -c "tail -c 3000m /dev/zero"')).code, 0);
    assert.ok(((await counts()).memory ?? 0) > 0);
    await isWhole();
  });

  it('does not call a container’s own limit the lab’s', async () => {
    const before = await counts();
    assert.notEqual((await sh('docker run --rm --memory 32m alpine sh -c "tail -c 300m /dev/zero"')).code, 0);
    assert.equal((await counts()).memory, before.memory);
  });

  it('sees a fork bomb, and outlives it', async () => {
    await sh('docker run -d --name bomb alpine sh -c "f() { f | f & }; f; sleep 60"');
    await eventually(async () => ((await counts()).processes ?? 0) >= 98, 30_000);
    assert.equal((await sh('docker rm -f bomb')).code, 0);
    await isWhole();
  });

  it('sees a full disk, and outlives it', async () => {
    await sh('docker run -d --name full alpine sh -c "cat /dev/zero >/fill; sleep 60"');
    await eventually(async () => ((await counts()).disk ?? 0) >= 98, 30_000);
    assert.equal((await sh('docker rm -f full')).code, 0);
    await isWhole();
  });
});
