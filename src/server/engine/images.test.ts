import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { removeUnmounted } from './images/bootstrap.ts';
import { contentHash, imageHashes, imageReference, readContext } from './images/content-hash.ts';
import { contextTar } from './images/context-tar.ts';
import { importChanges } from './images/golden.ts';
import { ImageError } from './images/image-error.ts';
import { machineLock } from './images/machine-lock.ts';
import { recipes } from './images/recipes.ts';
import { sandboxOptions } from './sandbox-options.ts';

const repository = join(import.meta.dirname, '../../../labs/images');

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matryoshka-images-'));
});
after(() => rm(folder, { recursive: true }));

/** A fresh copy of labs/images, so that a test may change it. */
async function images(name: string): Promise<string> {
  const copy = join(folder, name);
  await cp(repository, copy, { recursive: true });
  return copy;
}

async function changedBy(change: (copy: string) => Promise<unknown>, name: string): Promise<string[]> {
  const copy = await images(name);
  const before = await imageHashes(copy);
  await change(copy);
  const now = await imageHashes(copy);
  return Object.keys(now).filter((key) => now[key as keyof typeof now] !== before[key as keyof typeof now]);
}

describe('the content hash of an image', () => {
  it('is the same for two checkouts with the same files', async () => {
    assert.deepEqual(await imageHashes(await images('one')), await imageHashes(await images('two')));
  });

  it('changes with the bytes of a file, for the image and all that is made from it', async () => {
    const changed = await changedBy((copy) => writeFile(join(copy, 'cli/docker-entrypoint.sh'), 'changed'), 'bytes');
    assert.deepEqual(changed, ['cli', 'dind', 'dind-rootless', 'golden']);
  });

  it('changes with the name of a file', async () => {
    const changed = await changedBy(
      (copy) => rename(join(copy, 'sandbox/lab/lab-ready'), join(copy, 'sandbox/lab/ready')),
      'name',
    );
    assert.deepEqual(changed, ['sandbox']);
  });

  it('changes with the executable bit, but not with the rest of the mode, which a checkout decides', async () => {
    assert.deepEqual(await changedBy((copy) => chmod(join(copy, 'golden/split'), 0o700), 'group'), []);
    assert.deepEqual(await changedBy((copy) => chmod(join(copy, 'golden/split'), 0o644), 'plain'), ['golden']);
  });

  it('changes everything when the base changes', async () => {
    const changed = await changedBy((copy) => writeFile(join(copy, 'base/bootstrap.sh'), 'changed'), 'base');
    assert.deepEqual(changed, [...Object.keys(recipes), 'golden']);
  });

  it('tells apart files whose names and contents run together', () => {
    const file = (path: string, content: string) => ({ path, executable: false, content: Buffer.from(content) });
    assert.notEqual(contentHash([file('ab', 'c')], []), contentHash([file('a', 'bc')], []));
    assert.notEqual(contentHash([file('a', 'b'), file('c', '')], []), contentHash([file('a', ''), file('c', 'b')], []));
    assert.notEqual(contentHash([], ['ab', 'c']), contentHash([], ['a', 'bc']));
  });

  it('is in the tag', async () => {
    const hashes = await imageHashes(repository);
    assert.match(imageReference('sandbox', hashes), /^matryoshka\/sandbox:[0-9a-f]{12}$/);
  });

  it('fails with the path when the folder is missing', async () => {
    await assert.rejects(imageHashes(join(folder, 'nowhere')), /nowhere/);
  });
});

describe('the archive sent to the builder', () => {
  it('has every file with its content, kind and executable bit, whatever the umask was', async () => {
    const source = join(folder, 'source');
    const target = join(folder, 'target');
    await mkdir(join(source, 'deep/er'), { recursive: true });
    await mkdir(target);
    await writeFile(join(source, 'plain'), 'x'.repeat(513), { mode: 0o600 });
    await writeFile(join(source, 'deep/er/run.sh'), '#!/bin/sh\n', { mode: 0o700 });
    await writeFile(join(source, 'empty'), '');
    await symlink('plain', join(source, 'link'));
    const archive = join(folder, 'context.tar');
    await writeFile(archive, contextTar(await readContext(source)));
    await promisify(execFile)('tar', ['-xpf', archive, '-C', target]);
    assert.equal(await readFile(join(target, 'plain'), 'utf8'), 'x'.repeat(513));
    assert.equal(await readFile(join(target, 'link'), 'utf8'), 'x'.repeat(513));
    assert.equal((await stat(join(target, 'plain'))).mode & 0o777, 0o644);
    assert.equal((await stat(join(target, 'deep/er/run.sh'))).mode & 0o777, 0o755);
    assert.equal((await stat(join(target, 'empty'))).size, 0);
  });

  it('refuses a path that the format would cut', () => {
    const file = { path: 'p'.repeat(101), executable: false, content: Buffer.alloc(0) };
    assert.throws(() => contextTar([file]), /too long/);
  });
});

describe('an image taken into the golden store', () => {
  it('keeps its configuration', () => {
    const config = {
      Env: ['PATH=/bin', 'QUOTE=a "b" = c'],
      Entrypoint: ['entry.sh'],
      Cmd: ['sh'],
      Volumes: { '/var/lib/docker': {} },
      ExposedPorts: { '2375/tcp': {} },
      Labels: { 'org.matryoshka.standin': 'true' },
      WorkingDir: '/root',
      StopSignal: 'SIGRTMIN+3',
    };
    assert.deepEqual(importChanges(config as never), [
      'ENV PATH="/bin"',
      'ENV QUOTE="a \\"b\\" = c"',
      'LABEL "org.matryoshka.standin"="true"',
      'EXPOSE 2375/tcp',
      'VOLUME ["/var/lib/docker"]',
      'WORKDIR /root',
      'STOPSIGNAL SIGRTMIN+3',
      'ENTRYPOINT ["entry.sh"]',
      'CMD ["sh"]',
    ]);
  });

  it('gets nothing it did not have', () => {
    assert.deepEqual(importChanges({ Env: null, Entrypoint: null, Cmd: [], Volumes: null } as never), []);
  });
});

describe('clearing up after mmdebstrap', () => {
  it('removes a folder', async () => {
    const path = join(folder, 'left-over');
    await mkdir(join(path, 'deep'), { recursive: true });
    await removeUnmounted(path);
    await assert.rejects(stat(path), { code: 'ENOENT' });
  });

  it('keeps its hands off a folder in which something is mounted', async () => {
    // Mounted in a namespace of its own, which goes with the command; needs no root.
    const path = join(folder, 'mounted');
    await mkdir(join(path, 'inner'), { recursive: true });
    const script = `
      import { removeUnmounted } from '${join(import.meta.dirname, 'images/bootstrap.ts')}';
      await removeUnmounted('${path}');`;
    const command = `mount -t tmpfs none "$1/inner" && touch "$1/inner/precious" && "$2" --input-type=module -e "$3" && ls "$1/inner"`;
    const inNamespace = [
      '--user',
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      command,
      'sh',
      path,
      process.execPath,
      script,
    ];
    const { stdout } = await promisify(execFile)('unshare', inNamespace);
    assert.equal(stdout, 'precious\n');
  });
});

describe('the machine lock', () => {
  it('lets the second wait until the first has finished', async () => {
    const order: string[] = [];
    const first = await machineLock(`test-${process.pid}`);
    const second = machineLock(`test-${process.pid}`).then(async (lock) => {
      order.push('second');
      await lock[Symbol.asyncDispose]();
    });
    order.push('first');
    await first[Symbol.asyncDispose]();
    await second;
    assert.deepEqual(order, ['first', 'second']);
  });

  it('stops waiting when it is told to', async () => {
    await using _lock = await machineLock(`abort-${process.pid}`);
    await assert.rejects(machineLock(`abort-${process.pid}`, AbortSignal.timeout(50)));
  });
});

describe('the options of a sandbox', () => {
  const input = {
    isolation: 'privileged' as const,
    image: 'matryoshka/sandbox:0123456789ab',
    golden: 'matryoshka-golden-0123456789ab',
    name: 'matryoshka-test',
    labels: { 'org.matryoshka.install': 'test' },
    limits: { memory: 1_610_612_736, cpus: 1.5, pids: 512, disk: { tmpfs: 805_306_368 } },
    leaseUntil: 1_800_000_000,
  };

  it('give no swap, a bounded disk and log, no network and no restart', () => {
    const { HostConfig } = sandboxOptions({ ...input, canBePrivileged: true });
    assert.equal(HostConfig.Memory, HostConfig.MemorySwap);
    assert.equal(HostConfig.NanoCpus, 1_500_000_000);
    assert.ok((HostConfig.CpuShares ?? 1024) < 1024, 'less than what everybody else has');
    assert.equal(HostConfig.Tmpfs?.['/var/lib/docker'], 'exec,dev,suid,size=805306368');
    assert.equal(HostConfig.LogConfig?.Config['max-size'], '1m');
    assert.equal(HostConfig.NetworkMode, 'none');
    assert.equal(HostConfig.RestartPolicy?.Name, 'no');
  });

  it('mount the golden store read-only', () => {
    const [mount] = sandboxOptions({ ...input, canBePrivileged: true }).HostConfig.Mounts ?? [];
    assert.deepEqual([mount?.Source, mount?.Target, mount?.ReadOnly], [input.golden, '/golden', true]);
  });

  it('ask for no privilege in a user namespace of their own', () => {
    for (const isolation of ['matryoshka', 'sysbox', 'userns-remap'] as const) {
      const { HostConfig } = sandboxOptions({ ...input, isolation, canBePrivileged: true });
      assert.deepEqual([HostConfig.Privileged, HostConfig.DeviceCgroupRules], [undefined, undefined], isolation);
    }
    assert.equal(
      sandboxOptions({ ...input, isolation: 'matryoshka', canBePrivileged: true }).HostConfig.Runtime,
      'matryoshka',
    );
  });

  it('ask for privilege or spell it out, never both', () => {
    const asked = sandboxOptions({ ...input, canBePrivileged: true }).HostConfig;
    const spelled = sandboxOptions({ ...input, canBePrivileged: false }).HostConfig;
    assert.deepEqual([asked.Privileged, asked.CapAdd], [true, undefined]);
    assert.deepEqual([spelled.Privileged, spelled.CapAdd, spelled.CapDrop], [undefined, ['ALL'], ['SYS_RESOURCE']]);
  });
});

it('an image error tells image, phase, log and what to do', () => {
  const error = new ImageError('no space left.', { image: 'dind', phase: 'build', log: 'x.log', fix: 'Make room.' });
  assert.equal(error.message, 'Image dind, build: no space left. Log: x.log. Make room.');
});
