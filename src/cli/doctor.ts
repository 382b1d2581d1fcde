import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem, release } from 'node:os';
import {
  connectDocker,
  databaseFile,
  folders,
  lookAtRungs,
  openSqliteStore,
  prepareDataDir,
  type RungLook,
} from '../server/app.ts';
import { type Config, readConfig } from '../server/config.ts';
import { sentenceOf } from './messages.ts';
import { hungriestLab } from './prepare.ts';

type Status = 'ok' | 'absent' | 'warning' | 'failure';

interface Finding {
  name: string;
  status: Status;
  detail: string;
  /** What to do about it. */
  fix?: string;
}

const gib = 2 ** 30;
/** Images, golden store, and a few labs. */
const wantedDisk = 4 * gib;
const wantedMemory = 2 * gib;
/** Oldest engine that labs were tried on. */
const oldestEngine = 20.1;

/** `npm run doctor`: what this machine can do, why not more, and how to get it. Exit code 1 when something fails. */
export async function doctor(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const config = readConfig(environment);
  const findings = [
    await dataFolder(config),
    ...(await engine(environment, config)),
    kernel(),
    await memory(),
    await portFree(config),
  ];
  if (args.includes('--json')) console.log(JSON.stringify({ ok: findings.every(isFine), findings }, undefined, 2));
  else for (const finding of findings) console.log(line(finding));
  return findings.every(isFine) ? 0 : 1;
}

async function engine(environment: NodeJS.ProcessEnv, config: Config): Promise<Finding[]> {
  const problem = environment.MATRYOSHKA_ENGINE_PROBLEM;
  if (problem)
    return [{ name: 'engine', status: 'failure', detail: problem, fix: 'npm start, as root on Debian or Ubuntu' }];
  const docker = connectDocker();
  try {
    const info = await docker.info();
    const isOld = Number.parseFloat(info.ServerVersion) < oldestEngine;
    const rungs = await isolation(config);
    return [
      isOld
        ? {
            name: 'engine',
            status: 'warning',
            detail: `Docker ${info.ServerVersion}`,
            fix: 'use Docker 20.10 or newer',
          }
        : { name: 'engine', status: 'ok', detail: `Docker ${info.ServerVersion}, ${info.OperatingSystem}` },
      { name: 'cgroup', status: 'ok', detail: `v${info.CgroupVersion ?? 1}, driver ${info.CgroupDriver}` },
      {
        name: 'runtime',
        status: 'ok',
        detail: `${info.DefaultRuntime}; known: ${Object.keys(info.Runtimes).join(', ')}`,
      },
      await disk(info.DockerRootDir, 'engine disk'),
      ...rungs,
    ];
  } catch (error) {
    return [
      {
        name: 'engine',
        status: 'failure',
        detail: (error as Error).message,
        fix: 'check DOCKER_HOST and that the engine runs',
      },
    ];
  }
}

function kernel(): Finding {
  return { name: 'kernel', status: 'ok', detail: release() };
}

/** Every rung of the ladder: chosen, possible, or why not and what would make it possible. */
async function isolation(config: Config): Promise<Finding[]> {
  const file = databaseFile(config);
  await using store = existsSync(file) ? openSqliteStore(file) : undefined;
  const { isolation: setting, isPublic } = config;
  const images = { folder: folders.images };
  const options = { docker: connectDocker(), setting, isPublic, store, images, spec: await hungriestLab() };
  const looks = await lookAtRungs(options);
  const chosen = looks.find(({ isLetIn, obstacle }) => isLetIn && !obstacle);
  const findings = looks.map((look) => rungFinding(look, look === chosen, setting));
  if (chosen) return findings;
  const fix = 'any of the rungs above would do';
  return [...findings, { name: 'isolation', status: 'failure', detail: 'labs cannot be fenced off here', fix }];
}

function rungFinding({ rung, isLetIn, obstacle, verdict }: RungLook, isChosen: boolean, setting: string): Finding {
  const name = `rung ${rung}`;
  if (obstacle) return { name, status: 'absent', detail: `not possible. ${obstacle.why}`, fix: obstacle.fix };
  if (!isChosen) {
    const why = isLetIn ? 'a better one was found' : `LAB_ISOLATION=${setting} leaves it out`;
    return { name, status: 'absent', detail: `possible; ${why}` };
  }
  if (!verdict) return { name, status: 'ok', detail: 'chosen; the canary was not asked yet', fix: 'npm start asks it' };
  return { name, status: verdict.state === 'green' ? 'ok' : 'warning', detail: `chosen. ${sentenceOf(verdict)}` };
}

async function memory(): Promise<Finding> {
  const free = freemem();
  const detail = `${(free / gib).toFixed(1)} GiB free`;
  if (free >= wantedMemory) return { name: 'memory', status: 'ok', detail };
  return {
    name: 'memory',
    status: 'warning',
    detail,
    fix: 'a lab may use 1.5 GiB: lower LAB_MAX_LABS or free some memory',
  };
}

async function dataFolder(config: Config): Promise<Finding> {
  try {
    prepareDataDir(config);
    return await disk(config.dataDir, 'data folder');
  } catch (error) {
    return { name: 'data folder', status: 'failure', detail: (error as Error).message, fix: 'set LAB_DATA_DIR' };
  }
}

async function disk(folder: string, name: string): Promise<Finding> {
  const stats = await statfs(folder).catch(() => undefined);
  if (!stats) return { name, status: 'ok', detail: `${folder} is not on this machine` };
  const free = stats.bavail * stats.bsize;
  const detail = `${folder}, ${(free / gib).toFixed(1)} GiB free`;
  if (free >= wantedDisk) return { name, status: 'ok', detail };
  return { name, status: 'warning', detail, fix: `images and labs want ${wantedDisk / gib} GiB: free some space` };
}

function portFree({ port, host }: Config): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const fix = 'stop what listens there (perhaps this server), or set PORT';
      resolve({ name: 'port', status: 'warning', detail: `${host}:${port}: ${error.code}`, fix });
    });
    server.listen(port, host, () => {
      server.close(() => resolve({ name: 'port', status: 'ok', detail: `${host}:${port} is free` }));
    });
  });
}

function isFine({ status }: Finding): boolean {
  return status !== 'failure';
}

function line({ name, status, detail, fix }: Finding): string {
  const mark = { ok: '✓', absent: '–', warning: '!', failure: '✗' }[status];
  return `${mark} ${name.padEnd(18)} ${detail}${fix ? `\n  ${''.padEnd(18)} → ${fix}` : ''}`;
}
