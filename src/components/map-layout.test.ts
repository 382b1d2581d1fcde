import assert from 'node:assert/strict';
import test from 'node:test';
import { z } from 'zod';
import { mapBox } from '../shared/lesson.ts';
import { type DrawnBox, layOut, type MapTree } from './map-layout.ts';

const tree: MapTree = z.record(z.string(), mapBox).parse({
  'dind-test': { image: 'docker:dind', privileged: true, runs: { container3: { pids: [690, 273, 1] }, other: {} } },
  docker0: { socket: true },
  client: { tls: 'dind-test' },
});
const { boxes, lines, width, height } = layOut(tree, 'host', ({ image }) => (image ? [image] : []));
const named = (name: string): DrawnBox => boxes.find((each) => each.name === name) ?? assert.fail(name);
const isIn = (inner: DrawnBox, outer: { x: number; y: number; width: number; height: number }) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

test('children lie inside, siblings beside each other, all in the picture', () => {
  assert.ok(isIn(named('container3'), named('dind-test')));
  assert.ok(!isIn(named('docker0'), named('dind-test')));
  for (const box of boxes) assert.ok(isIn(box, { x: 0, y: 0, width, height }), box.name);
  for (const a of boxes) {
    for (const b of boxes) {
      if (a === b || a.level !== b.level) continue;
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      assert.ok(apart, `${a.name} and ${b.name} overlap`);
    }
  }
});

test('each box has its level', () => {
  assert.deepEqual(
    ['host', 'dind-test', 'container3'].map((name) => named(name).level),
    [1, 2, 3],
  );
});

test('lines lead from who talks to whom', () => {
  assert.deepEqual(
    lines.map(({ way }) => way),
    ['socket', 'tls'],
  );
});

test('many siblings go on in the next row', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`box${n}`, mapBox.parse({ image: 'alpine' })]));
  assert.ok(layOut(many, 'host', () => []).width < 700);
});
