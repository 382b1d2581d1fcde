import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { locate } from './locate.ts';

/** Seven terminals of a lab as locate.sh saw them; what was typed in each is in the first test. */
const recorded = readFileSync(join(import.meta.dirname, 'recorded', 'locate.txt'), 'utf8');

function without(pattern: RegExp): string {
  return recorded
    .split('\n')
    .filter((line) => !pattern.test(line))
    .join('\n');
}

describe('where the shells stand', () => {
  it('is told by processes and namespaces, also of two in one container', () => {
    const places = [...locate(recorded)].map(([name, { here }]) => [name, here]);
    assert.deepEqual(Object.fromEntries(places), {
      host: { level: 1, chain: [], daemon: 'host' },
      // docker exec -it box sh
      a: { level: 2, chain: ['box'] },
      // docker exec -it dind-test sh, docker exec -it inner sh
      b: { level: 3, chain: ['dind-test', 'inner'] },
      // In a container with L1's socket: docker exec -it box sh. It is no deeper than its sibling.
      c: { level: 2, chain: ['box'] },
      // docker run -it alpine
      d: { level: 2, chain: ['sharp_meitner'] },
      // docker exec -it dind-test sh
      e: { level: 2, chain: ['dind-test'], daemon: 'dind-test' },
      // docker exec -it sock sh, with L1's socket mounted
      f: { level: 2, chain: ['sock'], daemon: 'host' },
    });
  });

  it('is known with every shell on the way there', () => {
    const inner = locate(recorded).get('b')?.inner ?? [];
    assert.equal(inner.length, 2);
    for (const pid of inner) assert.match(recorded, new RegExp(`^stat ${pid} \\(sh\\)`, 'm'));
    assert.deepEqual(locate(recorded).get('host')?.inner, []);
  });

  it('is L1 again when the client has gone, and nowhere else when its other end is not there yet', () => {
    const clients = [...recorded.matchAll(/^client (\d+) docker.exec.-it.box/gm)].map(([, pid]) => pid);
    assert.equal(clients.length, 2);
    const gone = new RegExp(`^(client|stat) (${clients.join('|')}) `);
    assert.deepEqual(locate(without(gone)).get('a')?.here, { level: 1, chain: [], daemon: 'host' });
    const shim = /^shim (\d+) b1a74de4/m.exec(recorded)?.[1];
    assert.ok(shim);
    assert.deepEqual(locate(without(new RegExp(`^stat \\d+ .*\\) \\w ${shim} `))).get('d')?.here.level, 1);
  });

  it('is told by ids where a daemon does not answer', () => {
    const silent = recorded.replace(/^daemon (\d+) \[\{"id":"5e8ec.*$/m, 'daemon $1 ');
    assert.deepEqual(locate(silent).get('e')?.here, { level: 2, chain: ['dind-test'], daemon: 'dind-test' });
    assert.equal(locate(silent).get('b')?.here.level, 2, 'a client of a daemon that says nothing stays where it is');
  });

  it('takes any output', () => {
    for (const output of [
      '',
      '\n\n',
      'terminal',
      'terminal host x',
      'stat 1 (a) S',
      'daemon 5 [{]',
      'x'.repeat(9999),
    ]) {
      for (const { here } of locate(output).values()) assert.deepEqual(here, { level: 1, chain: [] });
    }
    const lines = recorded.split('\n');
    for (let n = 0; n < lines.length; n += 7) locate(lines.filter((_, at) => at % 7 !== n % 7).join('\n'));
    const loop =
      'terminal host 5\nstat 5 (sh) S 6 5 5 1 5 0 0 0 0 0 0 0 0 0 0 0 0 0 9\nstat 6 (a) b) S 5 6 6 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9';
    assert.equal(locate(loop).get('host')?.here.level, 1);
  });
});
