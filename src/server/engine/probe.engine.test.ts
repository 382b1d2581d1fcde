import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Docker from 'dockerode';
import { LabCatalog } from '../labs/lab-catalog.ts';
import { DockerEngine } from './docker-engine.ts';
import { prepareImages } from './images.ts';
import { probePlaces, probeSandbox } from './probe.ts';

const labs = join(import.meta.dirname, '../../../labs');
/** Of about fifty attempts. Kernels differ in what they have, machines in what they withhold. */
const fewestHoles = 10;

describe('the probe in a privileged sandbox', { timeout: 600_000 }, () => {
  let engine: DockerEngine;
  let ref: string;

  before(async () => {
    const docker = new Docker();
    const install = `test-${randomBytes(4).toString('hex')}`;
    const logFolder = await mkdtemp(join(tmpdir(), 'matryoshka-probe-'));
    const images = await prepareImages({ docker, folder: join(labs, 'images'), install, offline: false, logFolder });
    await rm(logFolder, { recursive: true });
    engine = new DockerEngine({ docker, dockerHost: process.env.DOCKER_HOST, install, images });
    const spec = (await LabCatalog.load(labs)).specs[0] ?? assert.fail('there is no lab');
    ref = await engine.create({ id: 'probe', shape: 'probe', spec, leaseUntil: Date.now() + 10 * 60_000 });
    await engine.waitReady(ref, spec.ready.daemon);
  });

  after(async () => {
    if (ref) await engine.remove(ref);
  });

  for (const place of probePlaces) {
    // A probe that cannot find anything proves nothing.
    it(`finds the holes, ${place}`, async () => {
      const { results } = await probeSandbox(engine, ref, place);
      const open = results.filter(({ result }) => result === 'open').map(({ id }) => id);
      assert.ok(open.length >= fewestHoles, `only ${open}`);
      assert.ok(open.includes('user-namespace') && open.includes('core-pattern'), `${open}`);
    });
  }
});
