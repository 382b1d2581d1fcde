import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine/engine.ts';
import { FakeEngine } from '../engine/fake-engine.ts';
import { silentLog } from '../log.ts';
import { eventually } from '../testing.ts';
import { EventRecorder } from './event-recorder.ts';

const first = 1_795_000_000_000_000_001n;

function event(action: string, container: string, at: bigint, attributes: Record<string, string> = {}): string {
  const actor = { ID: container, Attributes: { image: 'alpine', name: container, ...attributes } };
  const json = JSON.stringify({ Type: 'container', Action: action, Actor: actor });
  return `${json.slice(0, -1)},"timeNano":${at}}`;
}

/** An engine whose sandbox prints one script after the other, each until its connection breaks; the last one stays. */
function scripted(...scripts: string[][]) {
  const asked: string[] = [];
  class Scripted extends FakeEngine {
    override async *lines(_ref: string, argv: readonly string[], signal: AbortSignal): AsyncIterable<string> {
      asked.push(/"since=(.*?)"/.exec(argv.at(-1) ?? '')?.[1] ?? '');
      yield* scripts[asked.length - 1] ?? [];
      if (asked.length < scripts.length) return;
      await sleep(1e6, undefined, { signal }).catch(() => undefined);
    }
  }
  return { engine: new Scripted() as Engine, asked };
}

async function recorder(test: TestContext, engine: Engine, folder?: string) {
  const own = folder ?? (await mkdtemp(join(tmpdir(), 'matryoshka-events-')));
  if (!folder) test.after(() => rm(own, { recursive: true }));
  return { folder: own, recorder: new EventRecorder({ engine, folder: own, log: silentLog }) };
}

const actionsOf = (record: string) =>
  record
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { Action: string; Actor: { ID: string }; relisted?: boolean })
    .map(({ Action, Actor, relisted }) => `${Action} ${Actor.ID}${relisted ? ' relisted' : ''}`);

describe('the event recorder', () => {
  it('keeps events word for word, from the first one, and tells of each', async (test) => {
    const { engine, asked } = scripted(['.', '.', event('create', 'a1', first), event('start', 'a1', first + 1n)]);
    await using own = (await recorder(test, engine)).recorder;
    const heard: string[] = [];
    own.listen((ref) => heard.push(ref));
    own.follow('box');
    own.follow('box');
    await eventually(() => heard.length > 0);
    // Both came together.
    assert.deepEqual(heard, ['box']);
    assert.equal(own.record('box').text, `${event('create', 'a1', first)}\n${event('start', 'a1', first + 1n)}\n`);
    assert.deepEqual(asked, ['1']);
  });

  it('goes on one nanosecond after the last event, and finds what came and went unseen', async (test) => {
    const { engine, asked } = scripted(
      ['.', '.', event('create', 'a1', first), event('create', 'a2', first + 1n)],
      // The daemon remembers a4 and the end of a5, which is listed because it was asked in between.
      [
        ...['a2 alpine box-2', 'a3 docker:dind box-3', 'a4 alpine box-4', 'a5 alpine box-5', '', '.'],
        ...[event('create', 'a4', first + 6n), event('destroy', 'a5', first + 7n), '.'],
        event('start', 'a3', first + 9n),
      ],
    );
    await using own = (await recorder(test, engine)).recorder;
    own.follow('box');
    await eventually(() => own.record('box').text.includes('start'));
    assert.deepEqual(asked, ['1', '1795000000.000000003']);
    assert.deepEqual(actionsOf(own.record('box').text), [
      'create a1',
      'create a2',
      'create a4',
      'destroy a5',
      'create a3 relisted',
      'destroy a1 relisted',
      'start a3',
    ]);
  });

  it('knows after a restart of the server what happened before', async (test) => {
    const before = scripted(['.', '.', event('create', 'a1', first)]);
    const { folder, recorder: earlier } = await recorder(test, before.engine);
    earlier.follow('box');
    await eventually(() => earlier.record('box').text !== '');
    await earlier[Symbol.asyncDispose]();

    const after = scripted(['a1 alpine a1', '', '.', '.', event('start', 'a1', first + 1n)]);
    await using later = (await recorder(test, after.engine, folder)).recorder;
    later.follow('box');
    await eventually(() => later.record('box').text.includes('start'));
    assert.deepEqual(actionsOf(later.record('box').text), ['create a1', 'start a1']);
    assert.deepEqual(after.asked, ['1795000000.000000002']);
    assert.deepEqual(await later.kept(), ['box']);
    await later.forget('box');
    assert.deepEqual([later.record('box').text, await later.kept()], ['', []]);
  });

  it('is not filled up by a loop of containers, nor by long labels, nor by what is no event', async (test) => {
    const many = Array.from({ length: 9000 }, (_, n) => event('create', `c${n}`, first + BigInt(n)));
    const long = event('create', 'long', first + 9000n, { label: 'x'.repeat(100_000) });
    const { engine } = scripted(['.', '.', 'nonsense', '{"Type":"container"}', ...many, long]);
    await using own = (await recorder(test, engine)).recorder;
    own.follow('box');
    await eventually(() => own.record('box').text.includes('"long"'));
    const lines = own.record('box').text.trim().split('\n');
    assert.ok(lines.length <= 4000 && lines.length >= 3000, `${lines.length} lines`);
    assert.match(
      lines.at(-1) ?? '',
      /^\{"Type":"container","Action":"create".{1,200}"timeNano":1795000000000009001\}$/,
    );
  });

  it('is not filled up, in memory and on disk, by a false daemon that knows what it may say', async (test) => {
    const endless = 'x'.repeat(100_000);
    const fat = (n: number) => event('create', `c${n}`, first + BigInt(n), { label: 'x'.repeat(3900) });
    const flood = Array.from({ length: 3000 }, (_, n) => fat(n));
    const { engine } = scripted(['.', '.', event(endless, 'a1', first), event('create', endless, first), ...flood]);
    const { folder, recorder: own } = await recorder(test, engine);
    own.follow('box');
    await eventually(() => own.record('box').text.includes('"c2999"'));
    const { text } = own.record('box');
    assert.ok(text.length <= 2 ** 21 && text.length > 2 ** 20, `${text.length} characters`);
    assert.ok(text.split('\n').every(({ length }) => length <= 4096));
    await own[Symbol.asyncDispose]();
    const { size } = await stat(join(folder, 'box.jsonl'));
    assert.ok(size <= 2 ** 22, `${size} bytes`);
  });
});
