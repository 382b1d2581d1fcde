import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import type { Rung, Verdict } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import { type App, createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { LabCatalog } from '../labs/lab-catalog.ts';
import { silentLog } from '../log.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { DockerEngine } from './docker-engine.ts';
import type { ImageName } from './images/recipes.ts';
import { type EnteredRung, enterRung } from './isolation.ts';

export const imageFolder = join(import.meta.dirname, '../../../labs/images');

const labFolder = join(imageFolder, '..');
/** Longer than any test has it. */
const testLabMs = 10 * 60_000;
const scriptMs = 60_000;

export const newInstall = () => `test-${randomBytes(4).toString('hex')}`;

/** The machine's engine, which must be there. */
export async function machineEngine(): Promise<Docker> {
  const docker = new Docker();
  await docker.ping().catch((error: Error) => {
    const where = process.env.DOCKER_HOST ?? 'the usual socket';
    assert.fail(`No engine answers at ${where} (${error.message}): start one, or run these by \`npm test\`.`);
  });
  return docker;
}

interface TestRungOptions {
  install?: string;
  docker?: Docker;
  dockerHost?: string;
  contents?: readonly ImageName[];
}

/** A rung for an install of its own, with its images, or fewer; `docker` replaces the machine's engine. */
export async function testRung(
  rung: Rung = 'lab-engine',
  { install = newInstall(), docker, dockerHost, contents }: TestRungOptions = {},
): Promise<EnteredRung> {
  const machine = docker ?? (await machineEngine());
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-test-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const images = {
    ...{ docker: machine, folder: imageFolder, install, offline: false, logFolder: join(folder, 'logs') },
    ...(contents && { contents }),
  };
  const host = docker ? dockerHost : process.env.DOCKER_HOST;
  const entered = stack.use(
    await enterRung(rung, { docker: machine, dockerHost: host, folder, images, log: silentLog }),
  );
  const owned = stack.move();
  return { ...entered, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A sandbox of a kind of lab that is ready, with the rung that it is on. */
export interface TestLab extends AsyncDisposable {
  rung: EnteredRung;
  engine: DockerEngine;
  spec: LabSpec;
  ref: string;
  /** What a script prints in it; it has to succeed. */
  run(script: string): Promise<string>;
}

export async function testLab(kind = 'dind', name: Rung = 'lab-engine'): Promise<TestLab> {
  await using stack = new AsyncDisposableStack();
  const rung = stack.use(await testRung(name));
  const { engine } = rung;
  const spec = (await LabCatalog.load(labFolder)).spec(kind) ?? assert.fail(`there is no labs/${kind}`);
  const ref = await engine.create({ id: 'test', shape: 'test', spec, leaseUntil: Date.now() + testLabMs });
  stack.defer(() => engine.remove(ref));
  await engine.waitReady(ref, spec.ready.daemon);
  const owned = stack.move();
  return {
    ...{ rung, engine, spec, ref },
    async run(script) {
      const { code, stdout, stderr } = await engine.exec(ref, ['sh', '-c', script], { deadline: scriptMs });
      assert.equal(code, 0, `${script}\n${stdout}\n${stderr}`);
      return stdout.trim();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A platform without pages on a rung that stays the caller's. */
export async function appOn(rung: EnteredRung, folder: string): Promise<App> {
  const verdict: Verdict = {
    rung: 'lab-engine',
    isolation: 'matryoshka',
    state: 'green',
    at: 0,
    commands: [],
    probes: [],
  };
  const app = await createApp({
    config: readConfig({ LAB_DATA_DIR: folder, LAB_POOL_SIZE: '0' }),
    rung: { ...rung, verdict, verdictId: undefined, [Symbol.asyncDispose]: async () => undefined },
    overrides: { store: openSqliteStore(':memory:'), log: silentLog },
  });
  await app.start();
  return app;
}
