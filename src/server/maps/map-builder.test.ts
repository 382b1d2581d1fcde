import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { MapHost } from '../../shared/map.ts';
import { mapContainers, mapDaemons } from '../../shared/map-tree.ts';
import { parseFacts } from './facts.ts';
import { buildMap } from './map-builder.ts';

/** What look.sh printed in a lab with a socket mount, two dinds on one volume, a TLS client, and a few others. */
const recorded = readFileSync(join(import.meta.dirname, 'recorded/look.txt'), 'utf8');
const build = (output: string, before?: MapHost) => buildMap(parseFacts(output), before);
/** The recording with one daemon's answer changed. */
const withAnswer = (pid: number, change: (line: string) => string) =>
  recorded.replace(new RegExp(`^daemon \\{"pid":${pid},.*$`, 'm'), change);

const map = build(recorded);
function box(name: string, of = map) {
  const found = mapContainers(of).find((each) => each.box.name === name);
  assert.ok(found, `${name} is on the map`);
  return found.box;
}
const host = map.daemons[0];
const inner = box('dind-test').daemons[0];

describe('the map of a recorded lab', () => {
  it('has what a daemon owns inside it, and what it only started through a socket beside it', () => {
    assert.deepEqual(
      mapContainers(map).map(({ chain, box: { level } }) => `L${level} ${chain.join('/')}`),
      [
        'L2 dind-test',
        'L3 dind-test/container3',
        ...['docker0', 'box', 'client', 'owner', 'caps', 'done', 'second'].map((name) => `L2 ${name}`),
      ],
    );
    assert.equal(map.daemons.length, 1);
  });

  it('tells the numbers of one process at each level', () => {
    assert.deepEqual(box('container3').pids, [1420, 399, 1]);
    assert.deepEqual(box('owner').pids.length, 1, 'one that shares the PID namespace has one number');
  });

  it('draws a socket to the daemon that listens there, and a TLS client to the one it is told to use', () => {
    assert.deepEqual(box('docker0').talks, [{ daemon: host?.key, way: 'socket' }]);
    assert.deepEqual(box('client').talks, [{ daemon: inner?.key, way: 'tls' }]);
    assert.deepEqual(box('dind-test').talks, [], 'its own socket is no way out');
  });

  it('draws a socket that lies in a mounted folder', () => {
    const folder = '[{"type":"bind","source":"/var/run","name":"","to":"/there","writable":true}]';
    const mounted = withAnswer(50, (line) => line.replace(/("name":"box".*?"mounts":)\[\]/, `$1${folder}`));
    const file = /^socket (\S+) \/proc\/50\//m.exec(recorded)?.[1];
    const reached = build(`${mounted}\nsocket ${file} /proc/${box('box').pids[0]}/root/there/docker.sock`);
    assert.deepEqual(box('box', reached).talks, [{ daemon: host?.key, way: 'socket' }]);
    assert.deepEqual(
      box('box', reached).mounts.map(({ kind }) => kind),
      ['socket'],
    );
  });

  it('tells what a box may do', () => {
    assert.equal(box('dind-test').privileged, true);
    assert.deepEqual([box('caps').capabilities, box('caps').seccomp], [['NET_ADMIN'], 'unconfined']);
    assert.deepEqual([box('box').capabilities, box('box').seccomp], [[], 'filtered']);
    assert.deepEqual(box('owner').shares, ['pid', 'network']);
    assert.deepEqual(
      ['docker0', 'owner', 'dind-test', 'second'].map((name) => box(name).mounts.map(({ kind }) => kind)),
      [['socket'], ['root'], ['own-data'], ['foreign-data']],
    );
    assert.equal(box('box').memory?.limit, 64 * 2 ** 20);
    assert.ok(box('box').memory?.used, 'it uses some');
    assert.deepEqual(box('box').ports, ['0.0.0.0:8080→80/tcp']);
    const { image, state, exitCode } = box('done');
    assert.deepEqual([image, state, exitCode], ['alpine', 'exited', 1]);
  });

  it('tells how a box is, and who root inside it is outside', () => {
    const checked = withAnswer(50, (line) => line.replace(/("name":"box".*?"health":)null/, '$1"unhealthy"'));
    assert.equal(box('box', build(checked)).health, 'unhealthy');
    const pid = box('box').pids[0];
    const mapped = recorded.replace(new RegExp(`^uid ${pid} .*$`, 'm'), `uid ${pid} 0 165536 65536`);
    assert.deepEqual(box('box', build(mapped)).uids, { first: 165536, count: 65536 });
  });

  it('tells where a daemon keeps its data and what it gives its containers', () => {
    assert.deepEqual([host?.data.on, host?.data.what, host?.bridge, host?.mtu], ['disk', 'tmpfs', 'docker0', 1500]);
    assert.deepEqual(host?.dns, ['172.17.0.1']);
    assert.deepEqual([inner?.data.on, inner?.listens, inner?.subnet], ['volume', 'tls', '172.18.0.0/16']);
    assert.deepEqual([host?.version, host?.driver, host?.runtime], ['26.1.5+dfsg1', 'overlay2', 'runc']);
    assert.notEqual(host?.id, inner?.id);
  });

  it('shows a daemon that does not answer', () => {
    assert.deepEqual(
      box('second').daemons.map(({ state, name, level }) => [state, name, level]),
      [['silent', 'second', 2]],
    );
  });
});

describe('a daemon that misbehaves', () => {
  it('keeps what it said last when it falls silent', () => {
    const silent = build(
      withAnswer(329, () => 'silent 329 /run/docker.sock'),
      map,
    );
    assert.equal(box('container3', silent).level, 3);
    assert.equal(box('dind-test', silent).daemons[0]?.state, 'silent');
  });

  it('counts as silent when it answers nonsense', () => {
    for (const nonsense of ['', 'null', '{"pid":329', '{"pid":329,"socket":"/run/docker.sock","id":7}']) {
      const odd = build(withAnswer(329, () => `daemon ${nonsense}`));
      assert.equal(box('docker0', odd).state, 'running');
      assert.equal(
        mapContainers(odd).some(({ box }) => box.name === 'container3'),
        false,
      );
    }
  });

  it('cannot claim the processes of another one', () => {
    const thief = withAnswer(329, (line) => line.replaceAll('"pid":399', '"pid":1'));
    assert.deepEqual(box('container3', build(thief)).pids, []);
    assert.deepEqual(box('dind-test', build(thief)).pids, [233, 1]);
  });

  it('that vanished while it was listed leaves its container', () => {
    const gone = recorded.replace(/^.*\b329\b.*\n/gm, '');
    assert.deepEqual(box('dind-test', build(gone)).daemons, []);
  });
});

it('takes names as they are', () => {
  const name = `<img src=x onerror=alert(1)> \u202e ${'x'.repeat(255)}`;
  const odd = build(withAnswer(50, (line) => line.replace('"name":"box"', `"name":${JSON.stringify(name)}`)));
  assert.equal(box(name, odd).image, 'alpine');
});

it('counts containers that are not shown', () => {
  const many = build(withAnswer(50, (line) => line.replace(/"total":\d+/, '"total":5000')));
  assert.equal(many.daemons[0]?.omitted, 5000 - 8);
});

it('tells of two daemons on one directory', () => {
  const volume = recorded.match(/"name":"([0-9a-f]{64})","to":"\/var\/lib\/docker"/)?.[1];
  assert.ok(volume);
  const second = `daemon ${/^daemon (\{"pid":329,.*)$/m.exec(recorded)?.[1]?.replace('"pid":329', '"pid":2323')}`;
  const pid = /^silent (\d+)/m.exec(recorded)?.[1] ?? '';
  const both = build(recorded.replace(/^silent .*$/m, second.replace('2323', pid)));
  const [first, other] = mapDaemons(both).filter(({ level }) => level === 2);
  assert.deepEqual([first?.sharesDataWith, other?.sharesDataWith], [other?.key, first?.key]);
});

it('makes of a map that is no map an empty one', () => {
  for (const output of ['', 'daemon', '\u0000\n\n', 'proc\nns\nuid\nsocket\nmemory\n']) {
    assert.deepEqual(build(output).daemons, []);
  }
});
