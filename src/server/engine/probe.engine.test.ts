import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LabCatalog } from '../labs/lab-catalog.ts';
import type { EnteredRung } from './isolation.ts';
import { probePlaces, probeSandbox } from './probe.ts';
import { testRung } from './testing.ts';

const labs = join(import.meta.dirname, '../../../labs');
/** Of about fifty attempts. Kernels differ in what they have, machines in what they withhold. */
const fewestHoles = 10;

describe('the probe in a privileged sandbox', { timeout: 600_000 }, () => {
  let rung: EnteredRung;
  let ref: string;

  before(async () => {
    rung = await testRung('privileged');
    const spec = (await LabCatalog.load(labs)).specs[0] ?? assert.fail('there is no lab');
    ref = await rung.engine.create({ id: 'probe', shape: 'probe', spec, leaseUntil: Date.now() + 10 * 60_000 });
    await rung.engine.waitReady(ref, spec.ready.daemon);
  });

  after(async () => {
    if (ref) await rung.engine.remove(ref);
    await rung?.[Symbol.asyncDispose]();
  });

  for (const place of probePlaces) {
    // A probe that cannot find anything proves nothing.
    it(`finds the holes, ${place}`, async () => {
      const { results } = await probeSandbox(rung.engine, ref, place);
      const open = results.filter(({ result }) => result === 'open').map(({ id }) => id);
      assert.ok(open.length >= fewestHoles, `only ${open}`);
      assert.ok(open.includes('user-namespace') && open.includes('core-pattern'), `${open}`);
    });
  }
});
