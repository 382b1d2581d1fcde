import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabView } from '../shared/api.ts';
import { answers, settled, sockets } from './testing.ts';

const { session } = await import('./session.ts');

const lab = (more: Partial<LabView> = {}): LabView => ({
  id: 'lab1',
  spec: 'dind',
  state: 'ready',
  generation: 1,
  phases: [],
  createdAt: 0,
  expiresAt: 0,
  maxExpiresAt: 0,
  isolation: 'privileged',
  terminals: [],
  ...more,
});
const place = { lesson: 'one', step: 'first' };
const me = {
  learner: { id: 'a', number: 1 },
  progress: [],
  server: { isolation: 'privileged', standins: [], cgroup: 'v2', lacks: [] },
  instructor: false,
};
const tell = (message: unknown) => sockets.at(-1)?.receive(JSON.stringify(message));

test('asks who we are once, then listens, and says what is on screen as soon as it can', async () => {
  let asked = 0;
  answers.set('/api/me', () => ({ status: 200, body: { ...me, asked: asked++ } }));
  session.view(place, true);
  await Promise.all([session.connect(true), session.connect(false)]);
  assert.equal(asked, 1);
  sockets.at(-1)?.open();
  assert.deepEqual(sockets.at(-1)?.sent, [JSON.stringify({ type: 'viewing', place, visible: true })]);
});

test('after a reset nothing of the old machine is shown', () => {
  tell({ type: 'lab', lab: lab() });
  tell({ type: 'check', check: { ...place, status: 'not-yet', at: 1 } });
  assert.equal(session.check('one', 'first')?.status, 'not-yet');
  tell({ type: 'lab', lab: lab({ state: 'starting', generation: 2 }) });
  assert.equal(session.check('one', 'first'), undefined);
});

test('a lab ends the wait in the queue', () => {
  tell({ type: 'queue', queue: { position: 3 } });
  assert.equal(session.queued, 3);
  tell({ type: 'lab', lab: lab() });
  assert.equal(session.queued, undefined);
});

test('an ended lab stays on the page although the server knows it no more', () => {
  tell({ type: 'lab', lab: lab({ state: 'ended', endedBecause: 'idle' }) });
  tell({ type: 'hello', me });
  assert.equal(session.lab?.endedBecause, 'idle');
});

test('listeners are told of every change until they leave', () => {
  let told = 0;
  const leave = session.subscribe(() => told++);
  tell({ type: 'queue', queue: { position: 1 } });
  leave();
  tell({ type: 'queue', queue: { position: 2 } });
  assert.equal(told, 1);
});

test('a server that does not answer is told in a sentence', async () => {
  answers.set('/api/me', () => {
    throw new TypeError('fetch failed');
  });
  await session.connect(false);
  await settled();
  assert.equal(session.failure, 'no connection');
});
