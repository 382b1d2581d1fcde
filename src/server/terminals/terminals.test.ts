import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Standing } from '../../shared/api.ts';
import { slug } from '../../shared/ids.ts';
import { closeCodes, restartJump } from '../../shared/terminal-protocol.ts';
import { FakeEngine } from '../engine/fake-engine.ts';
import { Feed } from '../labs/feed.ts';
import { fakeSpec } from '../labs/testing.ts';
import { silentLog } from '../log.ts';
import { labRow } from '../store/store.contract.ts';
import { eventually } from '../testing.ts';
import type { SpawnPty } from './pty.ts';
import { Recordings } from './recordings.ts';
import { Scrollback } from './scrollback.ts';
import { maxTerminals, standsIn, TerminalLimitError, Terminals, UnknownTerminalError } from './terminals.ts';
import { scrollbackBytes, Transcripts } from './transcript.ts';

const nothing = () => {};
const idlePty: SpawnPty = () => ({ write: nothing, resize: nothing, pause: nothing, resume: nothing, kill: nothing });
const spec = fakeSpec({ terminals: { host: { level: 1 }, second: { level: 1 } } });

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-terminals-'));
  const engine = new FakeEngine();
  const ref = await engine.create({ id: 'one', shape: 'x', spec, leaseUntil: Date.now() + 60_000 });
  const feed = new Feed();
  const transcripts = new Transcripts(folder);
  const recordings = new Recordings(`${folder}-recordings`);
  const places = new Map<string, { here: Standing; inner: number[] }>();
  const options = {
    ...{
      engine,
      spawn: idlePty,
      transcripts,
      recordings,
      feed,
      onActivity: nothing,
      onChange: nothing,
      log: silentLog,
    },
    locate: async () => places,
  };
  const terminals = new Terminals(options);
  t.after(async () => {
    await terminals[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
    await rm(`${folder}-recordings`, { recursive: true, force: true });
  });
  const lab = labRow('a', { state: 'ready' });
  return { engine, folder, ref, feed, transcripts, recordings, terminals, lab, places };
}

function viewerOf() {
  const closed: number[] = [];
  return {
    closed,
    connection: { role: 'learner' as const, send: nothing, close: (code: number) => closed.push(code) },
  };
}

describe('the terminals of a lab', () => {
  it('are those of its spec, also for two that open at the same moment', async (t) => {
    const { terminals, lab, ref } = await setUp(t);
    const opens = ['host', 'second'].map(async (name) => {
      await terminals.open(lab, ref, spec);
      return terminals.get(lab.id, name).view.name;
    });
    assert.deepEqual(await Promise.all(opens), ['host', 'second']);
    assert.throws(() => terminals.get(lab.id, 'third'), UnknownTerminalError);
    assert.throws(() => terminals.get('other', 'host'), UnknownTerminalError);
  });

  it('stand in chains of containers, one per chain, under names that a holder accepts', async (t) => {
    const { terminals, lab, ref } = await setUp(t);
    await terminals.open(lab, ref, spec);
    const first = terminals.for(lab.id, ['dind-test', 'Web_1'], 3, undefined);
    assert.equal(first.view.name, 'dind-test-web-1');
    assert.equal(terminals.for(lab.id, ['dind-test', 'Web_1'], 3, undefined), first);
    const long = 'a'.repeat(38);
    const names = [[`${long}_b`], [`${long}.b`], ['dind-test', 'Web-1'], ['___']].map(
      (chain) => terminals.create(lab.id, chain).name,
    );
    assert.equal(new Set(names).size, names.length);
    for (const name of names) {
      assert.ok(slug.safeParse(name).success, name);
      assert.ok(name.length <= 40, `${name} is too long for the holder`);
    }
    assert.equal(terminals.views(lab, spec).length, 7);
  });

  it('are at most ten', async (t) => {
    const { terminals, lab, ref } = await setUp(t);
    await terminals.open(lab, ref, spec);
    for (let n = 2; n < maxTerminals; n++) terminals.create(lab.id, [`box-${n}`]);
    assert.throws(() => terminals.create(lab.id, ['one-more']), TerminalLimitError);
  });

  it('close with the reason when the lab is reset or ends, and their transcripts go with it', async (t) => {
    const { terminals, lab, ref, feed, folder, transcripts } = await setUp(t);
    await terminals.open(lab, ref, spec);
    const first = viewerOf();
    terminals.get(lab.id, 'host').attach(first.connection, 0, undefined);
    const next = { ...lab, generation: 2 };
    feed.emit('lab', { ...next, state: 'starting' });
    assert.deepEqual(first.closed, [closeCodes.reset]);
    await terminals.open(next, ref, spec);
    const second = viewerOf();
    terminals.get(lab.id, 'host').attach(second.connection, 0, undefined);
    await transcripts.save(
      lab.id,
      { name: 'host', level: 1, chain: [], generation: 2, position: 0 },
      new Scrollback(8),
    );
    feed.emit('lab', { ...next, state: 'ending' });
    assert.deepEqual(second.closed, [closeCodes.ended]);
    feed.emit('lab', { ...next, state: 'ended' });
    await eventually(async () => (await readdir(folder)).length === 0);
  });

  it('do not open for a sandbox that was replaced or removed while they opened', async (t) => {
    const { engine, terminals, lab, ref, feed } = await setUp(t);
    const ping = Promise.withResolvers<void>();
    t.mock.method(engine, 'ping', () => ping.promise);
    const next = { ...lab, generation: 2 };
    const opening = [terminals.open(lab, ref, spec)];
    feed.emit('lab', { ...next, state: 'starting' });
    opening.push(terminals.open(next, ref, spec), terminals.open(lab, ref, spec));
    const other = labRow('b', { state: 'ready' });
    opening.push(terminals.open(other, ref, spec));
    feed.emit('lab', { ...other, state: 'ended' });
    ping.resolve();
    const results = await Promise.allSettled(opening);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected', 'rejected'],
    );
    assert.throws(() => terminals.get(other.id, 'host'), UnknownTerminalError, 'nothing of it is kept');
  });

  it('leave no transcript behind, also when it is being written as the lab ends', async (t) => {
    const { terminals, lab, ref, feed, folder, transcripts } = await setUp(t);
    await terminals.open(lab, ref, spec);
    const header = { name: 'host', level: 1, chain: [], generation: 1, position: 0 };
    const saves = Array.from({ length: 20 }, () => transcripts.save(lab.id, header, new Scrollback(8)));
    feed.emit('lab', { ...lab, state: 'ended' });
    await Promise.all(saves);
    await eventually(async () => (await readdir(folder)).length === 0);
    await sleep(20);
    assert.deepEqual(await readdir(folder), []);
  });

  it('come back after a crash with what was kept, behind every offset that a viewer can have seen', async (t) => {
    const { terminals, lab, ref, transcripts } = await setUp(t);
    const kept = new Scrollback(scrollbackBytes);
    kept.append(Buffer.from('before'));
    await transcripts.save(lab.id, { name: 'host', level: 1, chain: [], generation: 1, position: 0 }, kept);
    await transcripts.save(lab.id, { name: 'web', level: 2, chain: ['web'], generation: 1, position: 1 }, kept);
    await terminals.open(lab, ref, spec);
    const { scrollback } = terminals.get(lab.id, 'host');
    assert.equal(scrollback.start, restartJump);
    assert.equal(scrollback.read(scrollback.start, 99).toString(), 'before');
    assert.deepEqual(terminals.for(lab.id, ['web'], 2, undefined).name, 'web');
  });

  it('that nobody has attached since a crash are kept, and shells of which nothing was kept are ended', async (t) => {
    const { engine, terminals, lab, ref, transcripts, places } = await setUp(t);
    const kept = new Scrollback(scrollbackBytes);
    await transcripts.save(lab.id, { name: 'host', level: 1, chain: [], generation: 1, position: 0 }, kept);
    for (const name of ['host', 'too-new']) places.set(name, { here: { level: 1, chain: [] }, inner: [] });
    const ended: string[] = [];
    t.mock.method(engine, 'endShell', async (_: string, name: string) => ended.push(name));
    await terminals.open(lab, ref, spec);
    await eventually(() => ended.length > 0);
    assert.deepEqual(ended, ['too-new']);
    assert.deepEqual(
      terminals.views(lab, spec).map(({ name }) => name),
      ['host'],
    );
  });

  it('open although a transcript cannot be read', async (t) => {
    const { terminals, lab, ref, transcripts, folder } = await setUp(t);
    await transcripts.save(
      lab.id,
      { name: 'second', level: 1, chain: [], generation: 1, position: 0 },
      new Scrollback(8),
    );
    await writeFile(join(folder, lab.id, 'host'), 'half a header');
    await terminals.open(lab, ref, spec);
    assert.equal(terminals.get(lab.id, 'host').scrollback.end, 0);
  });
});

describe('a learner’s terminals', () => {
  it('are named, moved and closed, and come back so after a restart', async (t) => {
    const { engine, terminals, lab, ref, feed, transcripts, recordings } = await setUp(t);
    await terminals.open(lab, ref, spec);
    const third = terminals.create(lab.id, []);
    assert.equal(third.name, 'host-2');
    terminals.change(lab.id, third.name, { label: 'logs', position: 0 });
    terminals.change(lab.id, 'second', { position: 99 });
    const ended: string[] = [];
    t.mock.method(engine, 'endShell', async (_: string, name: string) => {
      assert.notEqual(terminals.create(lab.id, []).name, 'host', 'the name is free when the shell is gone');
      ended.push(name);
    });
    const viewer = viewerOf();
    terminals.get(lab.id, 'host').attach(viewer.connection, 0, undefined);
    await terminals.end(lab.id, 'host');
    assert.deepEqual([ended, viewer.closed], [['host'], [closeCodes.closed]]);
    await assert.rejects(terminals.end(lab.id, 'host'), UnknownTerminalError);
    const views = terminals.views(lab, spec);
    assert.deepEqual(
      views.map(({ name, label }) => [name, label]),
      [
        ['host-2', 'logs'],
        ['second', undefined],
        ['host-3', undefined],
      ],
    );
    await terminals[Symbol.asyncDispose]();
    const again = new Terminals({
      ...{ engine, spawn: idlePty, transcripts, recordings, feed, onActivity: nothing, onChange: nothing },
      ...{ log: silentLog, locate: async () => new Map() },
    });
    await again.open(lab, ref, spec);
    assert.deepEqual(again.views(lab, spec), views);
    await again[Symbol.asyncDispose]();
  });

  it('tell where their shells stand, and a shell that belongs to none is ended', async (t) => {
    const { engine, terminals, lab, ref, places } = await setUp(t);
    await terminals.open(lab, ref, spec);
    terminals.get(lab.id, 'host').attach(viewerOf().connection, 0, undefined);
    const box = { here: { level: 2, chain: ['box'] }, inner: [71, 72] };
    for (const name of ['host', 'second', 'stray']) places.set(name, box);
    const ended: string[] = [];
    t.mock.method(engine, 'endShell', async (_: string, name: string) => ended.push(name));
    await terminals.locate(lab.id);
    const [host, second] = terminals.views(lab, spec);
    assert.deepEqual(host?.here, box.here);
    assert.deepEqual(second?.here.level, 1, 'nobody has looked at it: its shell is not ours to know');
    assert.deepEqual(ended, ['stray']);
    const killed: string[] = [];
    t.mock.method(engine, 'exec', async (_: string, argv: string[]) => killed.push(argv.slice(1).join(' ')));
    await terminals.end(lab.id, 'host');
    assert.deepEqual(killed, ['kill -HUP 72 71', 'kill -KILL 72 71'], 'and the shells in containers that it led to');
  });

  it('that a block prefers: where its shell stands there now, then where it was opened there', async (t) => {
    const { terminals, lab, ref, places } = await setUp(t);
    await terminals.open(lab, ref, spec);
    const [viewer] = ['host', 'second'].map((name) =>
      terminals.get(lab.id, name).attach(viewerOf().connection, 0, undefined),
    );
    assert.equal(terminals.for(lab.id, [], 1, 'second').name, 'second');
    assert.equal(terminals.for(lab.id, [], 1, undefined).name, 'host');
    places.set('host', { here: { level: 2, chain: ['box'] }, inner: [] });
    await terminals.locate(lab.id);
    assert.equal(terminals.for(lab.id, [], 1, 'host').name, 'second');
    assert.equal(terminals.for(lab.id, ['box'], 2, undefined).name, 'host', 'the learner went there himself');
    assert.equal(terminals.for(lab.id, ['outer', 'box'], 2, undefined).name, 'host', 'a sibling, by its neighbour');
    assert.equal(terminals.for(lab.id, ['web'], 2, undefined).name, 'web');
    places.set('second', { here: { level: 2, chain: ['box'] }, inner: [] });
    viewer?.receive({ type: 'input', bytes: Buffer.from('docker exec -it box sh\r') });
    await terminals.locate(lab.id);
    const left = terminals.for(lab.id, [], 1, undefined);
    assert.ok(!standsIn(left.here, [], 1), 'opened at L1, and gone from there: the block asks first');
  });

  it('are a hundred for nobody, and closing one makes room', async (t) => {
    const { terminals, lab, ref } = await setUp(t);
    await terminals.open(lab, ref, spec);
    const wanted = Array.from({ length: 100 }, () => {
      try {
        return terminals.create(lab.id, []).name;
      } catch (error) {
        assert.ok(error instanceof TerminalLimitError);
        return undefined;
      }
    });
    assert.equal(wanted.filter(Boolean).length, maxTerminals - 2);
    await terminals.end(lab.id, 'second');
    terminals.create(lab.id, []);
  });
});

describe('a transcript', () => {
  it('gives back the bytes, behind the offsets they had, of that generation only', async (t) => {
    const { transcripts } = await setUp(t);
    const scrollback = new Scrollback(scrollbackBytes, 5000);
    const bytes = Buffer.from(Array.from({ length: 3000 }, (_, n) => n % 256));
    scrollback.append(bytes);
    const header = { name: 'host', level: 2, chain: ['web', 'inner'], generation: 3, position: 0 };
    await transcripts.save('lab', header, scrollback);
    const [found] = (await transcripts.load('lab', 3)).kept;
    assert.deepEqual(found?.terminal, header);
    assert.deepEqual([found?.scrollback.start, found?.scrollback.end], [restartJump + 5000, restartJump + 8000]);
    assert.deepEqual(found?.scrollback.read(restartJump + 5000, 3000), bytes);
    assert.deepEqual((await transcripts.load('lab', 4)).kept, []);
    await transcripts.remove('lab');
    assert.deepEqual((await transcripts.load('lab', 3)).kept, []);
    await transcripts.remove('lab');
  });
});
