import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, afterEach, before, describe, it } from 'node:test';
import Docker from 'dockerode';
import { eventually } from '../testing.ts';
import { prepareImage } from './images.ts';
import { allButPrivileged, withheldCapability } from './sandbox-options.ts';

const folder = join(import.meta.dirname, '../../../labs/images');
const rangeSize = 2 ** 18;

/** What a sandbox may ask for; the rest is refused or limits it. */
const allowed =
  '--cap-add ALL --security-opt seccomp=unconfined --security-opt apparmor=unconfined ' +
  '--security-opt systempaths=unconfined --cgroupns private --network none';

/** A lab engine of the test's own with one tiny image, driven by the command line in it. */
class TestEngine implements AsyncDisposable {
  readonly #container: Docker.Container;

  private constructor(container: Docker.Container) {
    this.#container = container;
  }

  static async start(docker: Docker, image: string, entrypoint: string[] | undefined): Promise<TestEngine> {
    for (const privileged of [true, false]) {
      const container = await docker.createContainer({
        name: `matryoshka-test-${randomUUID().slice(0, 8)}`,
        Image: image,
        ...(entrypoint && { Entrypoint: entrypoint }),
        Volumes: { '/var/lib/docker': {}, '/run/matryoshka': {} },
        HostConfig: {
          ...(privileged ? { Privileged: true } : allButPrivileged),
          ...({ CgroupnsMode: 'private' } as object),
          NetworkMode: 'none',
          Tmpfs: { '/run': 'exec' },
        },
      });
      const engine = new TestEngine(container);
      try {
        await container.start();
      } catch (error) {
        await engine[Symbol.asyncDispose]();
        if (!privileged || !withheldCapability(error)) throw error;
        continue;
      }
      await engine.passes('for i in $(seq 200); do docker version >/dev/null 2>&1 && exit; sleep 0.1; done; exit 1');
      await engine.passes(
        'cd "$(mktemp -d)" && mkdir bin tmp && cp /usr/bin/busybox bin/ && busybox --install bin' +
          ' && tar -c . | docker import -c \'CMD ["sleep", "3600"]\' - small',
      );
      return engine;
    }
    throw new Error('unreachable');
  }

  /** Runs a script in the engine's container. */
  async run(script: string): Promise<{ code: number; output: string }> {
    const exec = await this.#container.exec({ Cmd: ['sh', '-c', script], AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({});
    const output = new PassThrough();
    this.#container.modem.demuxStream(stream, output, output);
    let text = '';
    output.on('data', (chunk) => {
      text += chunk;
    });
    await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
    return { code: (await exec.inspect()).ExitCode ?? -1, output: text.trim() };
  }

  async passes(script: string): Promise<string> {
    const { code, output } = await this.run(script);
    assert.equal(code, 0, `${script}: ${output}`);
    return output;
  }

  /** Starts a sandbox and tells its container's id. */
  async sandbox(name: string, options = ''): Promise<string> {
    return (await this.passes(`docker run -d --name ${name} ${allowed} ${options} small`)).split('\n').at(-1) ?? '';
  }

  /** Runs a script as root in a sandbox. */
  within(name: string, script: string) {
    return this.run(`docker exec ${name} sh -c '${script}'`);
  }

  remove(...names: string[]): Promise<string> {
    return this.passes(`docker rm -fv ${names.join(' ')}`);
  }

  /** What is left of sandboxes outside the daemon: nothing, when there is none. */
  traces(): Promise<string> {
    return this.passes(
      'ls /run/sandboxes/slots; ls /run/sandboxes | grep -v slots; grep /run/sandboxes /proc/mounts;' +
        ' find /sys/fs/cgroup -mindepth 1 -type d -regextype egrep -regex ".*/[0-9a-f]{64}(/.*)?";' +
        ' ls /run/docker/runtime-runc/moby; docker volume ls --quiet --filter dangling=true | grep -v data; true',
    );
  }

  async firstId(name: string): Promise<number> {
    const { output } = await this.within(name, 'cat /proc/self/uid_map');
    const [inside, outside, size] = output.split(/\s+/).map(Number);
    assert.deepEqual([inside, size], [0, rangeSize]);
    return outside ?? assert.fail(output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.remove({ force: true, v: true });
  }
}

/** v1 has a tree of groups for each controller, v2 one for all; where v2 is an extra, it has no controllers. */
const unified = ['sh', '-c', 'umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; exec tini engine-init'];
const docker = new Docker();
const logFolder = await mkdtemp(join(tmpdir(), 'matryoshka-runtime-'));
const image = await prepareImage({ docker, folder, install: 'test', offline: false, logFolder }, 'engine');
await rm(logFolder, { recursive: true });
const { CgroupVersion } = (await docker.info()) as { CgroupVersion: string };

describeRuntime(`cgroup v${CgroupVersion}`, undefined);
if (CgroupVersion === '1') describeRuntime('cgroup v2', unified);

function describeRuntime(machine: string, entrypoint: string[] | undefined): void {
  describe(`the runtime on ${machine}`, { timeout: 300_000 }, () => {
    let engine: TestEngine;
    before(async () => {
      engine = await TestEngine.start(docker, image, entrypoint);
    });
    after(async () => {
      await engine?.[Symbol.asyncDispose]();
    });

    afterEach(async () => {
      await engine.passes('docker ps --all --quiet | xargs --no-run-if-empty docker rm -fv');
    });

    it('gives every sandbox ids that no other has, and takes them back', async () => {
      const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];
      await Promise.all(names.map((name) => engine.sandbox(name)));
      const first = await Promise.all(names.map((name) => engine.firstId(name)));
      const sorted = first.toSorted((a, b) => a - b);
      for (const [index, id] of sorted.entries()) assert.equal(id, 0x70000000 + index * rangeSize);
      await engine.remove(...names);
      await engine.sandbox('again');
      assert.equal(await engine.firstId('again'), sorted[0]);
    });

    it('makes root inside a nobody outside, and the files root has inside', async () => {
      await engine.sandbox('one');
      const pid = await engine.passes("docker inspect --format '{{.State.Pid}}' one");
      const id = await engine.firstId('one');
      assert.equal(await engine.passes(`stat -c '%u %g' /proc/${pid}`), `${id} ${id}`);
      const files = await engine.within('one', 'touch /mine; stat -c "%u %g" / /bin/busybox /mine /etc/hosts');
      assert.deepEqual(files.output.split('\n'), Array(4).fill('0 0'));
      assert.equal(await engine.passes(`stat -c %u /proc/${pid}/root/mine`), `${id}`);
    });

    it('counts what the kernel grants a user for each sandbox alone', async () => {
      await engine.sandbox('one');
      const pid = await engine.passes("docker inspect --format '{{.State.Pid}}' one");
      // ioctl_nsfs(2): NS_GET_OWNER_UID is 0xb704. Against the owner counts what is done in the namespace.
      const owner = `open F, q(</proc/${pid}/ns/user); $uid = pack(q(L), 0); ioctl F, 0xb704, $uid; print unpack q(L), $uid`;
      assert.equal(await engine.passes(`perl -e '${owner}'`), `${await engine.firstId('one')}`);
    });

    it('shows a volume with the same ids to every sandbox', async () => {
      await engine.sandbox('one', '-v data:/data');
      await engine.within('one', 'touch /data/root; touch /data/user; chown 1000:1000 /data/user');
      await engine.sandbox('two', '-v data:/data');
      const { output } = await engine.within('two', 'stat -c %u /data/root /data/user');
      assert.equal(output, '0\n1000');
      const volume = '/var/lib/docker/volumes/data/_data';
      assert.equal(await engine.passes(`stat -c %u ${volume}/root ${volume}/user`), '0\n1000');
    });

    it('keeps the golden store read-only whatever is tried, and shows it a second time for inner users', async () => {
      await engine.passes('docker volume create data-golden && touch /var/lib/docker/volumes/data-golden/_data/layer');
      await engine.sandbox('one', '-v data-golden:/golden:ro');
      const { output } = await engine.within('one', 'stat -c %u /golden/layer /golden.sb/layer');
      assert.equal(output, '0\n165536');
      for (const attempt of [
        'mount -o remount,rw /golden',
        'mount -o remount,bind,rw /golden',
        'mount -o remount,bind,rw /golden.sb',
        'mount --bind /golden /tmp && mount -o remount,bind,rw /tmp',
        'unshare -m mount -o remount,bind,rw /golden',
      ]) {
        await engine.within('one', `${attempt}; touch /golden/x /golden.sb/x /tmp/x; umount /tmp; rm -f /golden/layer`);
      }
      assert.equal(await engine.passes('ls /var/lib/docker/volumes/data-golden/_data'), 'layer');
    });

    it('keeps what a sandbox writes on a tmpfs of its own, limited as its data root is', async () => {
      await engine.sandbox('one', '--tmpfs /var/lib/docker:size=8m');
      for (const file of ['/root', '/etc/hosts', '/var/lib/docker/x']) {
        const { code, output } = await engine.within('one', `dd if=/dev/zero of=${file} bs=1M count=20`);
        assert.notEqual(code, 0, file);
        assert.match(output, /No space left/, file);
      }
    });

    it('delegates groups, but no limit', async () => {
      await engine.sandbox('one');
      const writable = await engine.within(
        'one',
        'find /sys/fs/cgroup -type f | while read -r file; do { true >>"$file"; } 2>/dev/null && basename "$file"; done | sort -u',
      );
      const delegated = ['cgroup.clone_children', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads', 'tasks'];
      for (const file of writable.output.split('\n')) assert.ok(delegated.includes(file), `${file} is writable`);
      const made = await engine.within(
        'one',
        'for group in /sys/fs/cgroup /sys/fs/cgroup/memory; do [ ! -f $group/cgroup.procs ] || { mkdir $group/inner && echo $$ >$group/inner/cgroup.procs; } || exit 1; done',
      );
      assert.deepEqual(made, { code: 0, output: '' });
    });

    it('hands no core file to the machine', async () => {
      await engine.sandbox('one');
      const { output } = await engine.within('one', 'grep core /proc/self/limits');
      assert.match(output, /^Max core file size +1 +1 /);
    });

    it('filters system calls also of what is started later, and makes no device nodes', async () => {
      await engine.sandbox('one');
      assert.match((await engine.within('one', 'grep Seccomp: /proc/self/status')).output, /2$/);
      assert.match((await engine.within('one', 'dmesg')).output, /not permitted/);
      assert.match((await engine.within('one', 'mknod /disk b 8 0')).output, /not permitted/);
      assert.equal((await engine.within('one', 'true </dev/net/tun && [ -c /dev/fuse ]')).code, 0);
    });

    it('refuses what would open the fence, and says what', async () => {
      await engine.sandbox('other');
      const refused: [options: string, sentence: RegExp][] = [
        ['--privileged', /a sandbox is never privileged/],
        ["--device-cgroup-rule 'a *:* rwm'", /a sandbox is never privileged/],
        ["--device-cgroup-rule 'b 8:* r'", /has the devices .*: b 8:.* is refused/],
        ['--device /dev/zero:/dev/sda', /has the devices .*: \/dev\/sda is refused/],
        ['--pid host', /a PID namespace of its own/],
        ['--pid container:other', /a PID namespace of its own/],
        ['--ipc host', /an? IPC namespace of its own/],
        ['--uts host', /an? UTS namespace of its own/],
        ['--network host', /a network namespace of its own/],
        ['--network container:other', /a network namespace of its own/],
        ['-v /etc:/host', /the bind of \/etc is refused/],
        ['-v /var/lib/docker:/host', /the bind of \/var\/lib\/docker is refused/],
        ['-v /run/matryoshka:/host', /the bind of \/run\/matryoshka is refused/],
        ['-v /var/lib/docker/containers:/host', /the bind of .* is refused/],
      ];
      for (const [options, sentence] of refused) {
        const { code, output } = await engine.run(`docker run --rm --security-opt seccomp=unconfined ${options} small`);
        assert.notEqual(code, 0, options);
        assert.match(output, sentence, options);
      }
      await engine.remove('other');
      assert.equal(await engine.traces(), '');
    });

    it('refuses configurations that only another engine would send', async () => {
      const bundle = 'cd "$(mktemp -d)" && runc spec';
      const create = 'matryoshka create --bundle . odd';
      const refused: [script: string, sentence: RegExp][] = [
        [create, /other storage drivers are refused/],
        [`jq '.linux.namespaces += [{type: "user"}]' config.json >c && mv c config.json && ${create}`, /userns-remap/],
        ['matryoshka run --bundle . odd', /'run' is not supported/],
        ['matryoshka create --bundle . ../odd', /no name for a sandbox/],
      ];
      for (const [script, sentence] of refused) {
        const { code, output } = await engine.run(`${bundle} && ${script}`);
        assert.notEqual(code, 0, script);
        assert.match(output, sentence, script);
      }
      assert.equal(await engine.traces(), '');
    });

    it('leaves nothing of a sandbox that is removed, restarted before or not', async () => {
      await engine.sandbox('one', '-v /anonymous -v data:/data');
      await engine.passes('docker restart -t 0 one && docker exec one true');
      await engine.remove('one');
      assert.equal(await engine.traces(), '');
    });

    it('removes a sandbox in which something is frozen', async () => {
      await engine.sandbox('one');
      const frozen = await engine.within(
        'one',
        'cd /sys/fs/cgroup; [ ! -d freezer ] || cd freezer; mkdir inner; sleep 3600 >/dev/null 2>&1 & echo $! >inner/cgroup.procs;' +
          ' if [ -f inner/freezer.state ]; then echo FROZEN >inner/freezer.state; else echo 1 >inner/cgroup.freeze; fi',
      );
      assert.deepEqual(frozen, { code: 0, output: '' });
      await engine.remove('one');
      assert.equal(await engine.traces(), '');
    });

    it('leaves nothing when its shim is killed', async () => {
      await engine.sandbox('one');
      await engine.passes('pkill -KILL -f [c]ontainerd-shim');
      await engine.passes('docker wait one && docker rm -v one');
      assert.equal(await engine.traces(), '');
    });

    // In front of the real runc stands one that kills its caller, and lets runc live or not.
    for (const [when, act] of [
      ['before runc', ''],
      ['with runc', '/usr/sbin/runc "$@" & sleep 0.04; kill -KILL $!;'],
      ['behind runc', '/usr/sbin/runc "$@";'],
    ] as const) {
      it(`leaves nothing when it is killed while it creates, ${when}`, async () => {
        const killer = `case " $* " in *" create "*) ${act} kill -KILL $PPID; exit 1 ;; esac; exec /usr/sbin/runc "$@"`;
        const path = '/usr/local/sbin/runc';
        await engine.passes(`printf '#!/bin/sh\\n%s\\n' '${killer}' >${path} && chmod +x ${path}`);
        const { code } = await engine.run(`docker run -d --name one ${allowed} -v /anonymous small`);
        await engine.passes(`rm ${path}`);
        assert.notEqual(code, 0);
        await engine.remove('one');
        assert.equal(await engine.traces(), '');
      });
    }

    it('lets sandboxes live when the daemons are killed', async () => {
      await engine.sandbox('one');
      await engine.passes('pkill -KILL -x dockerd; pkill -KILL -x containerd');
      await eventually(async () => (await engine.within('one', 'true')).code === 0, 30_000);
      await engine.remove('one');
      assert.equal(await engine.traces(), '');
    });
  });
}
