import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type Docker from 'dockerode';
import type { Rung } from '../../shared/api.ts';
import type { IsolationSetting } from '../config.ts';
import { fakeSpec } from '../labs/testing.ts';
import { silentLog } from '../log.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { IsolationError, lookAtRungs, openIsolation } from './isolation.ts';
import { type Facts, obstacleOf } from './isolation-obstacles.ts';
import { imageFolder } from './testing.ts';

const good: Facts = {
  kernel: '6.12.48+deb13-amd64',
  driver: 'overlay2',
  backing: 'extfs',
  runtimes: ['runc'],
  security: ['seccomp'],
  cgroup: '2',
  memory: 8 * 2 ** 30,
  userNamespaces: true,
  isPublic: false,
  setting: 'auto',
};

function why(rung: Rung, facts: Partial<Facts>): string | undefined {
  return obstacleOf(rung, { ...good, ...facts }, fakeSpec())?.why;
}

/** An engine that can be asked about itself, and nothing else. */
function engineThatSays(info: object): Docker {
  const said = {
    ...{ ID: 'test', DockerRootDir: '/var/lib/docker', ServerVersion: '20.10', KernelVersion: '4.19.0', Driver: 'vfs' },
    ...{ MemTotal: 8 * 2 ** 30, Runtimes: { runc: {} }, SecurityOptions: ['name=seccomp,profile=default'] },
    ...info,
  };
  return { info: async () => said } as unknown as Docker;
}

function options(setting: IsolationSetting, info: object = {}, isPublic = false) {
  const docker = engineThatSays(info);
  const images = { docker, folder: imageFolder, install: 'test', offline: true, logFolder: '/nowhere' };
  return {
    ...{ docker, dockerHost: undefined, setting, isPublic, folder: '/nowhere', images, spec: fakeSpec() },
    ...{ store: openSqliteStore(':memory:'), log: silentLog },
  };
}

describe('what stands in the way of a rung', () => {
  it('is nothing for the lab engine on a stock engine', () => {
    assert.equal(why('lab-engine', {}), undefined);
    assert.equal(why('lab-engine', { backing: undefined, driver: 'overlayfs' }), undefined);
  });

  it('is an old kernel', () => {
    for (const kernel of ['4.19.0-27-amd64', '5.18.19', '6.5.0-15-generic']) {
      assert.match(why('lab-engine', { kernel }) ?? '', new RegExp(kernel), kernel);
    }
    for (const kernel of ['6.6.0', '6.10.14-linuxkit', '7.0.1']) assert.equal(why('lab-engine', { kernel }), undefined);
  });

  it('is a kernel without user namespaces, a file system without mapped ids, a rootless engine', () => {
    assert.match(why('lab-engine', { userNamespaces: false }) ?? '', /user namespaces/);
    assert.match(why('lab-engine', { backing: 'zfs' }) ?? '', /zfs/);
    assert.match(why('lab-engine', { security: ['rootless'] }) ?? '', /rootless/);
  });

  it('is less memory than one lab takes, on every rung', () => {
    for (const rung of ['registered', 'lab-engine', 'sysbox', 'userns-remap', 'privileged'] as const) {
      assert.match(why(rung, { memory: 2 ** 29 }) ?? '', /512 MiB.*1024 MiB/, rung);
    }
  });

  it('is a runtime that the engine does not know, or layers that cannot be mapped', () => {
    assert.match(why('registered', {}) ?? '', /matryoshka/);
    assert.match(why('registered', { runtimes: ['matryoshka'], driver: 'vfs' }) ?? '', /vfs/);
    assert.equal(why('registered', { runtimes: ['matryoshka'] }), undefined);
    assert.match(why('sysbox', {}) ?? '', /sysbox-runc/);
    assert.equal(why('sysbox', { runtimes: ['sysbox-runc'] }), undefined);
  });

  it('is an engine that does not remap users, or cannot delegate', () => {
    assert.match(why('userns-remap', {}) ?? '', /remap/);
    assert.match(why('userns-remap', { security: ['userns'], cgroup: '1' }) ?? '', /cgroup v1/);
    assert.equal(why('userns-remap', { security: ['userns'] }), undefined);
  });

  it('is the missing sentence, or a public address, for privileged labs', () => {
    const setting = 'privileged-i-trust-every-learner';
    assert.match(why('privileged', {}) ?? '', /take over/);
    assert.match(why('privileged', { setting, isPublic: true }) ?? '', /Others/);
    assert.equal(why('privileged', { setting }), undefined);
  });
});

describe('the ladder', () => {
  it('never leads to privileged labs by itself: auto is refused, with every reason', async () => {
    const looks = await lookAtRungs(options('auto'));
    assert.deepEqual(
      looks.filter(({ isLetIn }) => isLetIn).map(({ rung }) => rung),
      ['registered', 'lab-engine', 'sysbox', 'userns-remap'],
    );
    await assert.rejects(openIsolation(options('auto')), (error: unknown) => {
      assert.ok(error instanceof IsolationError);
      for (const rung of ['registered', 'lab-engine', 'sysbox', 'userns-remap'])
        assert.match(error.message, new RegExp(rung));
      assert.doesNotMatch(error.message, /privileged/);
      return true;
    });
  });

  it('takes only the rung that is named', async () => {
    await assert.rejects(openIsolation(options('sysbox')), /sysbox-runc/);
    const looks = await lookAtRungs(options('privileged-i-trust-every-learner', { KernelVersion: '6.12.0' }));
    assert.deepEqual(
      looks.filter(({ isLetIn }) => isLetIn).map(({ rung }) => rung),
      ['privileged'],
    );
  });

  it('does not give privileged labs to a public address', async () => {
    await assert.rejects(openIsolation(options('privileged-i-trust-every-learner', {}, true)), /HOST=127\.0\.0\.1/);
  });
});
