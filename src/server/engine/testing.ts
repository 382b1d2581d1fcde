import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import type { Rung } from '../../shared/api.ts';
import { silentLog } from '../log.ts';
import { type EnteredRung, enterRung } from './isolation.ts';

export const imageFolder = join(import.meta.dirname, '../../../labs/images');

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

/** A rung for an install of its own, with its images; `others` replaces the machine's engine. */
export async function testRung(
  rung: Rung = 'lab-engine',
  { install = newInstall(), docker, dockerHost }: { install?: string; docker?: Docker; dockerHost?: string } = {},
): Promise<EnteredRung> {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-test-'));
  const machine = docker ?? (await machineEngine());
  const images = { docker: machine, folder: imageFolder, install, offline: false, logFolder: join(folder, 'logs') };
  const host = docker ? dockerHost : process.env.DOCKER_HOST;
  const entered = await enterRung(rung, { docker: machine, dockerHost: host, folder, images, log: silentLog });
  return {
    ...entered,
    async [Symbol.asyncDispose]() {
      await entered[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
