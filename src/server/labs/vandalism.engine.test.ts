import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { App } from '../app.ts';
import type { EnteredRung } from '../engine/isolation.ts';
import { appOn, testRung } from '../engine/testing.ts';
import { eventually } from '../testing.ts';

const minute = 60_000;

/** As root in L1, each in a lab of its own; what it can destroy it does. */
const acts: Record<string, string> = {
  'deletes the golden store':
    'umount -l /golden /golden.sb; rm -rf /golden /golden.sb /var/lib/docker/overlay2; ! docker run --rm alpine true',
  'fills the disk': 'dd if=/dev/zero of=/full bs=1M; ! echo more >/more',
  'stops the daemon and takes its sockets':
    'service docker stop; pkill -9 containerd; rm -rf /run/docker* /run/containerd /run/lab; ! docker ps',
  'lets something talk without end in the daemon’s place': String.raw`service docker stop; rm -f /run/docker.sock
    perl -MIO::Socket::UNIX -e '
      $daemon = IO::Socket::UNIX->new(Local => "/run/docker.sock", Listen => 9);
      $SIG{ALRM} = sub { exit($taken > 3e6) };
      while ($client = $daemon->accept) {
        <$client> =~ m{/events} or close $client, next;
        alarm 5;
        syswrite $client, "HTTP/1.1 200 OK\r\n\r\n";
        $taken += syswrite $client, qq({"Type":"container","Action":"start","Actor":{"ID":"one"}}\n) x 100 while 1;
      }'`,
  'edits daemon.json into nonsense': 'echo { >/etc/docker/daemon.json; ! service docker restart',
  'unmounts the cgroups': 'umount -R -l /sys/fs/cgroup; ! docker run --rm alpine true',
  'renames the programs that checks and terminals use':
    'for each in docker jq curl sh bash tini dtach; do mv $(command -v $each) /usr/bin/$each.gone; done; ! docker ps',
  'deletes everything': 'rm -rf --no-preserve-root / 2>/dev/null; ! [ -e /bin/ls ]',
};

describe('a learner who', { timeout: 5 * minute }, () => {
  let rung: EnteredRung;
  let app: App;
  let folder: string;
  let vandal: string;
  let neighbour: string;

  const inLab = async (id: string, script: string) => {
    const { sandbox } = await app.manager.ready(id);
    return await rung.engine.exec(sandbox.engineRef, ['/bin/bash', '-c', script], {
      deadline: minute,
    });
  };
  const claim = async (learner: string) => {
    const claimed = await app.manager.claim(learner, 'dind');
    const { id } = 'lab' in claimed ? claimed.lab : assert.fail('there is room');
    await eventually(async () => (await app.manager.get(id)).state === 'ready', minute);
    return id;
  };
  const isWhole = async (id: string, whose: string) => {
    const script = 'docker run --rm alpine true && jq . /etc/docker/daemon.json && df -m / | grep -v "100%"';
    const { code, stderr } = await inLab(id, script);
    assert.equal(code, 0, `${whose}: ${stderr}`);
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matryoshka-vandalism-'));
    rung = await testRung();
    app = await appOn(rung, folder);
    for (const learner of ['vandal', 'neighbour']) await app.store.createLearner(learner, Date.now());
    [vandal, neighbour] = await Promise.all([claim('vandal'), claim('neighbour')]);
  });

  after(async () => {
    await app?.[Symbol.asyncDispose]();
    await rung?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  for (const [what, script] of Object.entries(acts)) {
    it(`${what} is brought back by a reset, and nobody else notices`, async () => {
      const { generation } = await app.manager.get(vandal);
      const { code, stdout, stderr } = await inLab(vandal, script);
      assert.equal(code, 0, `it was not destroyed: ${stdout}${stderr}`);
      await isWhole(neighbour, 'the neighbour');
      await app.manager.reset(vandal, 'learner');
      await eventually(async () => (await app.manager.get(vandal)).state === 'ready', minute);
      assert.equal((await app.manager.get(vandal)).generation, generation + 1);
      await isWhole(vandal, 'the vandal');
      await eventually(async () => (await rung.engine.list()).length === 2, minute);
    });
  }

  it('ends process 1 is told so, and brought back by a new lab', async () => {
    await app.manager.ready(vandal);
    await inLab(vandal, 'kill 1; sleep 30').catch(() => undefined);
    await eventually(async () => (await app.manager.get(vandal)).state === 'ended', minute);
    const { endedBecause, failure } = await app.manager.get(vandal);
    assert.equal(endedBecause, 'failed');
    assert.match(failure ?? '', /sandbox of this lab stopped/);
    await isWhole(neighbour, 'the neighbour');
    await isWhole(await claim('vandal'), 'the vandal');
  });
});
