import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { MapChange } from '../../shared/map.ts';
import { changedMap } from '../../shared/map-tree.ts';
import type { Engine } from '../engine/engine.ts';
import { Feed } from '../labs/feed.ts';
import type { LabRow } from '../store/store.ts';
import { MapWatcher } from './map-watcher.ts';

const recording = (name: string) => readFileSync(join(import.meta.dirname, `recorded/${name}.txt`), 'utf8');
const look = recording('look');
const events = recording('events').trim().split('\n');
const lab = { id: 'lab1', state: 'ready' } as LabRow;

/** Engine whose event stream and answers are recorded ones; the test says when an event comes. */
function recordedEngine(t: TestContext, answer: () => Promise<string> | string = () => look) {
  const state = {
    looks: 0,
    atOnce: 0,
    most: 0,
    followers: 0,
    tell: (_ref: string) => {},
    wake: () => {},
    queue: [] as string[],
    asked: [] as string[],
    held: 0,
  };
  const engine = {
    async stream() {
      state.held++;
      const held = new Duplex({
        read() {},
        write: (question, _, done) => void say(`${question}`).finally(done),
        destroy: (error, done) => {
          state.held--;
          done(error);
        },
      });
      const say = async (question: string) => {
        state.looks++;
        state.asked.push(question.trim());
        state.most = Math.max(state.most, ++state.atOnce);
        try {
          held.push(`${await answer()}end\n`);
        } catch (error) {
          held.destroy(error as Error);
        } finally {
          state.atOnce--;
        }
      };
      return held;
    },
    async *lines(_ref: string, _argv: string[], signal: AbortSignal) {
      state.followers++;
      try {
        while (!signal.aborted) {
          yield* state.queue.splice(0);
          const { promise, resolve } = Promise.withResolvers<void>();
          state.wake = resolve;
          signal.addEventListener('abort', () => resolve());
          await promise;
        }
      } finally {
        state.followers--;
      }
    },
  } as unknown as Engine;
  const feed = new Feed();
  const watcher = new MapWatcher({
    engine,
    onEvent: (listener) => {
      state.tell = listener;
      return () => {};
    },
    feed,
    log: pino({ level: 'silent' }),
  });
  t.after(() => watcher[Symbol.dispose]());
  const changes: MapChange[] = [];
  feed.follow('map', (_, change) => changes.push(change));
  const happen = (...lines: string[]) => {
    state.queue.push(...lines);
    state.wake();
  };
  return { state, feed, watcher, changes, happen };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2);
}

it('publishes the whole map first, then only what differs', async (t) => {
  let output = look;
  const { watcher, changes, happen } = recordedEngine(t, () => output);
  watcher.watch(lab, 'ref');
  await until(() => changes.length === 1);
  assert.equal(changes[0]?.kernel, '6.18.44');
  output = look.replace('"name":"box"', '"name":"renamed"');
  happen(...events);
  await until(() => changes.length === 2);
  assert.deepEqual([changes[1]?.kernel, changes[1]?.set.length, changes[1]?.gone], [undefined, 1, []]);
  const seen = changes.reduce(changedMap, undefined as ReturnType<typeof changedMap>);
  assert.deepEqual(seen, watcher.map(lab.id));
});

it('tells the checks of every event, whoever’s daemon it was', async (t) => {
  const { watcher, feed, happen } = recordedEngine(t);
  let stirred = 0;
  feed.follow('stirred', () => stirred++);
  watcher.watch(lab, 'ref');
  happen(...events);
  await until(() => stirred === events.length);
});

it('looks once for many events, one look at a time', async (t) => {
  const { watcher, state, changes, happen } = recordedEngine(t, () => sleep(20, look));
  watcher.watch(lab, 'ref');
  await until(() => changes.length === 1);
  for (let n = 0; n < 100; n++) happen(...events);
  await until(() => state.looks === 2);
  await sleep(300);
  assert.ok(state.looks <= 4, `${state.looks} looks for 400 events`);
  assert.equal(state.most, 1);
});

it('looks again when something happens during a look', async (t) => {
  const { watcher, state, happen } = recordedEngine(t, () => sleep(30, look));
  watcher.watch(lab, 'ref');
  await until(() => state.atOnce === 1);
  happen(events[0] ?? '');
  await until(() => state.looks === 2);
});

it('goes on after a look that failed', async (t) => {
  let fails = true;
  const { watcher, changes, state } = recordedEngine(t, () => {
    if (fails) throw new Error('the sandbox was busy');
    return look;
  });
  watcher.watch(lab, 'ref');
  await until(() => state.looks === 1);
  fails = false;
  await until(() => changes.length === 1);
});

it('stops with the last viewer, and publishes nothing of a look that was under way', async (t) => {
  const answer = Promise.withResolvers<string>();
  const { watcher, state, changes } = recordedEngine(t, () => answer.promise);
  const [first, second] = [watcher.watch(lab, 'ref'), watcher.watch(lab, 'ref')];
  await until(() => state.followers === 1 && state.atOnce === 1);
  first();
  assert.equal(state.followers, 1);
  second();
  answer.resolve(look);
  await until(() => state.followers + state.held + state.atOnce === 0);
  assert.equal(changes.length, 0);
  assert.equal(watcher.map(lab.id), undefined);
});

it('lets go of a lab that is reset', async (t) => {
  const { watcher, feed, state, changes } = recordedEngine(t);
  watcher.watch(lab, 'ref');
  await until(() => changes.length === 1);
  feed.emit('lab', { ...lab, state: 'starting' });
  await until(() => state.followers === 0);
  watcher.watch(lab, 'next');
  await until(() => changes.length === 2);
  assert.equal(changes[1]?.kernel, '6.18.44', 'the next generation begins with a whole map');
});

it('follows the sandbox that a lab has now, whoever still looks at the one before', async (t) => {
  const { watcher, state, changes } = recordedEngine(t);
  const before = watcher.watch(lab, 'gone');
  await until(() => changes.length === 1);
  const now = watcher.watch(lab, 'ref');
  await until(() => changes.length === 2);
  assert.equal(changes[1]?.kernel, '6.18.44', 'the whole of it');
  before();
  state.tell('ref');
  // A silent daemon may have had its turn, too.
  await until(() => state.looks >= 3);
  now();
  await until(() => state.followers + state.held === 0);
});

it('asks a silent daemon no more for a while', async (t) => {
  const { watcher, state, happen } = recordedEngine(t);
  watcher.watch(lab, 'ref');
  await until(() => state.looks === 1);
  happen(events[0] ?? '');
  await until(() => state.looks === 2);
  const silent = /^silent (\d+)/m.exec(look)?.[1];
  assert.deepEqual(state.asked, ['anew', `kept ${silent}`]);
});

it('looks after an event that the server has recorded of L1', async (t) => {
  const { watcher, state } = recordedEngine(t);
  watcher.watch(lab, 'ref');
  await until(() => state.looks === 1);
  state.tell('another');
  state.tell('ref');
  await until(() => state.looks === 2);
});
