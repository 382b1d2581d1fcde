import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { LabView, TerminalView } from '../../shared/api.ts';
import { closeCodes, encodeViewerFrame, type ViewerFrame } from '../../shared/terminal-protocol.ts';
import { randomNumbers } from '../labs/testing.ts';
import { windowBytes } from '../terminals/flow-control.ts';
import { maxRecordings } from '../terminals/recordings.ts';
import { maxTerminals } from '../terminals/terminals.ts';
import { eventually } from '../testing.ts';
import { type Browser, openServer, type Socket } from './testing.ts';

async function setUp(t: TestContext) {
  const server = await openServer(t);
  const browser = await server.browser().enter();
  const lab = await browser.readyLab();
  const ask = (method: string, path: string, body?: unknown, who: Browser = browser) =>
    who.ask(method, `/api/labs/${lab.id}/${path}`, body);
  const attach = async (name = 'host', who: Browser = browser, query = '') => {
    const ticket = await who.ticket(lab.id, name);
    return await who.socket(`/ws/labs/${lab.id}/terminals/${name}?ticket=${ticket}${query}`).opened();
  };
  const terminals = async () => ((await browser.ask('GET', `/api/labs/${lab.id}`)).body as LabView).terminals;
  const instructor = async () => {
    const who = await server.browser().enter();
    await who.ask('POST', '/api/instructor/session', { token: await server.app.links.instructorToken() });
    return who;
  };
  return { server, browser, lab, ask, attach, terminals, instructor };
}

function send(socket: Socket, frame: ViewerFrame): void {
  socket.raw.send(encodeViewerFrame(frame));
}

function type(socket: Socket, text: string): void {
  send(socket, { type: 'input', bytes: Buffer.from(text) });
}

describe('the routes of terminals', () => {
  it('open, name, move and close them', async (t) => {
    const { ask, attach, terminals } = await setUp(t);
    const { status, body } = await ask('POST', 'terminals', {});
    assert.equal(status, 201);
    assert.equal(body.terminal.name, 'host-2');
    using socket = await attach('host-2');
    await eventually(() => socket.output.includes('$ '));
    const changed = await ask('PATCH', 'terminals/host-2', { label: '  日志 logs ', position: 0 });
    assert.deepEqual([changed.status, changed.body.terminal.label], [200, '日志 logs']);
    assert.deepEqual((await terminals())[0]?.name, 'host-2');
    assert.equal((await ask('PATCH', 'terminals/host-2', { label: '' })).body.terminal.label, undefined);
    assert.equal((await ask('DELETE', 'terminals/host-2')).status, 204);
    assert.equal(await socket.end, closeCodes.closed);
    assert.equal((await ask('DELETE', 'terminals/host-2')).status, 404);
    assert.ok(!(await terminals()).some(({ name }: TerminalView) => name === 'host-2'));
  });

  it('say how many a lab may have, and which container does not run', async (t) => {
    const { ask, terminals } = await setUp(t);
    const missing = await ask('POST', 'terminals', { chain: ['box'] });
    assert.deepEqual(
      [missing.status, missing.body.code, missing.body.values.container],
      [409, 'container-missing', 'box'],
    );
    const opened = await Promise.all(Array.from({ length: 20 }, () => ask('POST', 'terminals', {})));
    const refused = opened.filter(({ status }) => status === 409);
    assert.equal(opened.length - refused.length + 1, maxTerminals);
    assert.deepEqual([refused[0]?.body.code, refused[0]?.body.values.most], ['terminal-limit', maxTerminals]);
    assert.equal((await terminals()).length, maxTerminals);
    const rest = await Promise.all(Array.from({ length: 20 }, () => ask('POST', 'terminals', {})));
    assert.ok(rest.some(({ status }) => status === 429));
  });

  it('refuse what is no label, no position and no container', async (t) => {
    const { ask } = await setUp(t);
    const labels = ['x'.repeat(41), 'a\nb', '\u202eb', 7, null].map((label) => ({ label }));
    for (const change of [...labels, { position: -1 }, { position: 0.5 }, { name: 'other' }]) {
      assert.equal((await ask('PATCH', 'terminals/host', change)).status, 400, JSON.stringify(change));
    }
    for (const chain of ['box', ['-x'], ['a b'], ['$(id)'], Array(9).fill('box')]) {
      assert.equal((await ask('POST', 'terminals', { chain })).status, 400, `${chain}`);
    }
    for (const name of ['..%2f..', 'HOST', 'a_b', 'x'.repeat(80)]) {
      assert.ok([400, 404].includes((await ask('DELETE', `terminals/${name}`)).status), name);
    }
  });

  it('are the owner’s; an instructor sees recordings, and others nothing', async (t) => {
    const { server, ask, instructor } = await setUp(t);
    const [watcher, stranger] = [await instructor(), await server.browser().enter()];
    const requests = [
      ['POST', 'terminals', {}],
      ['PATCH', 'terminals/host', { label: 'x' }],
      ['DELETE', 'terminals/host'],
      ['GET', 'terminals/host/transcript'],
      ['POST', 'terminals/host/recording', { on: true }],
      ['DELETE', 'recordings/host-1'],
    ] as const;
    for (const [method, path, body] of requests) {
      assert.equal((await ask(method, path, body, watcher)).status, 404, path);
      assert.equal((await ask(method, path, body, stranger)).status, 404, path);
    }
    assert.equal((await ask('GET', 'recordings', undefined, watcher)).status, 200);
    assert.equal((await ask('GET', 'recordings', undefined, stranger)).status, 404);
  });

  it('refuse tickets and blocks by the hundred', async (t) => {
    const { ask } = await setUp(t);
    const tickets = await Promise.all(Array.from({ length: 120 }, () => ask('POST', 'tickets', { terminal: 'host' })));
    assert.equal(tickets.filter(({ status }) => status === 429).length, 20);
    const block = { lesson: 'box', step: 'start', block: 'none' };
    const blocks = await Promise.all(Array.from({ length: 60 }, () => ask('POST', 'blocks', block)));
    assert.equal(blocks.filter(({ status }) => status === 429).length, 20);
  });

  it('give the transcript as text', async (t) => {
    const { ask, attach } = await setUp(t);
    using socket = await attach();
    type(socket, 'echo "=$((6*7))="\r');
    await eventually(() => socket.output.includes('\r\n=42='));
    const { status, headers, body } = await ask('GET', 'terminals/host/transcript');
    assert.equal(status, 200);
    assert.match(headers.get('Content-Type') ?? '', /^text\/plain; charset=utf-8/i);
    assert.match(body, /\r\n=42=/);
  });
});

describe('a recording', () => {
  it('is asciicast v2 of what was printed between on and off, known to everybody who looks', async (t) => {
    const { ask, attach, terminals, instructor } = await setUp(t);
    using socket = await attach();
    await eventually(() => socket.output.includes('$ '));
    type(socket, 'echo "=$((1+1))="\r');
    await eventually(() => socket.output.includes('\r\n=2='));
    const { body } = await ask('POST', 'terminals/host/recording', { on: true });
    assert.ok(body.terminal.recordingSince);
    assert.deepEqual((await ask('POST', 'terminals/host/recording', { on: true })).body, body, 'asked for twice');
    assert.ok((await terminals())[0]?.recordingSince);
    type(socket, 'echo "=$((6*7))=你好"\r');
    await eventually(() => socket.output.includes('\r\n=42='));
    send(socket, { type: 'resize', columns: 100, rows: 30 });
    await ask('POST', 'terminals/host/recording', { on: false });
    assert.equal((await terminals())[0]?.recordingSince, undefined);
    const who = await instructor();
    const file = async () => (await ask('GET', 'recordings/host-1.cast')).body as string;
    await eventually(async () => JSON.parse((await file()).split('\n')[0] ?? '').duration > 0);
    const [view] = (await ask('GET', 'recordings', undefined, who)).body.recordings;
    assert.deepEqual([view.id, view.terminal], ['host-1', 'host']);
    const cast = await ask('GET', 'recordings/host-1.cast', undefined, who);
    assert.equal(cast.headers.get('Content-Type'), 'application/x-asciicast');
    const [head, ...events] = (cast.body as string)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual([head.version, head.width, head.height], [2, 80, 24]);
    assert.ok(events.every(([at], n) => at >= (events[n - 1]?.[0] ?? 0)));
    const output = events.filter(([, kind]) => kind === 'o').map(([, , text]) => text);
    assert.match(output.join(''), /\r\n=42=你好/);
    assert.doesNotMatch(output.join(''), /=2=/);
    assert.deepEqual(events.find(([, kind]) => kind === 'r')?.[2], '100x30');
    assert.equal((await ask('DELETE', 'recordings/host-1')).status, 204);
    assert.equal((await ask('GET', 'recordings/host-1.cast')).status, 404);
    assert.equal((await ask('GET', 'recordings/..%2fhost-1.cast')).status, 400);
  });

  it('is one of ten', async (t) => {
    const { ask } = await setUp(t);
    for (let n = 0; n < maxRecordings; n++) {
      await ask('POST', 'terminals/host/recording', { on: true });
      await ask('POST', 'terminals/host/recording', { on: false });
    }
    const { status, body } = await ask('POST', 'terminals/host/recording', { on: true });
    assert.deepEqual([status, body.code, body.values.most], [409, 'recording-limit', maxRecordings]);
    await ask('DELETE', 'recordings/host-3');
    assert.equal((await ask('POST', 'terminals/host/recording', { on: true })).status, 200);
  });
});

describe('a block', () => {
  it('asks before it runs in a shell that stands elsewhere, and names both places', async (t) => {
    const { server, ask, attach, terminals } = await setUp(t);
    const facts = readFileSync(join(import.meta.dirname, '../maps/recorded/locate.txt'), 'utf8');
    const inBox = facts.replace(/^terminal host .*$/m, '').replace(/^terminal e /m, 'terminal host ');
    const exec = server.engine.exec.bind(server.engine);
    t.mock.method(server.engine, 'exec', async (ref: string, argv: string[], options: object) => {
      const isLocate = argv[1] === 'sh' && argv[2] === '-s' && argv.length === 3;
      return isLocate ? { code: 0, stdout: inBox, stderr: '', timedOut: false } : await exec(ref, argv, options);
    });
    using socket = await attach();
    await eventually(() => socket.output.includes('$ '));
    const request = { lesson: 'box', step: 'start', block: 'go' };
    const { status, body } = await ask('POST', 'blocks', request);
    assert.deepEqual([status, body.code], [409, 'wrong-level'], body.detail);
    assert.deepEqual(body.values, { level: 1, place: 'host', hereLevel: 2, herePlace: 'dind-test' });
    assert.equal((await ask('POST', 'blocks', { ...request, force: true })).status, 200);
    await eventually(async () => (await terminals())[0]?.here.level === 2);
  });
});

describe('a terminal’s socket under attack', () => {
  it('serves any offset: before what is kept, in the middle, in the future; and refuses what is none', async (t) => {
    const { attach } = await setUp(t);
    const first = await attach();
    await eventually(() => first.output.includes('$ '));
    for (const from of ['1', '99999', `${2 ** 40}`, `${Number.MAX_SAFE_INTEGER}`]) {
      using socket = await attach('host', undefined, `&from=${from}`);
      await eventually(() => socket.frames.length > 0);
      const expected = Number(from) < first.output.length ? first.output.slice(Number(from)) : first.output;
      await eventually(() => socket.output === expected);
    }
    for (const from of ['-1', '1.5', 'NaN', '1e999', '0x', `${2 ** 64}`, '']) {
      const socket = await attach('host', undefined, `&from=${from}`);
      const end = await Promise.race([socket.end, eventually(() => socket.frames.length > 0)]);
      assert.ok(end === closeCodes.badFrame || from === '', from);
      socket.raw.terminate();
    }
  });

  it('believes no acknowledgement of what was never sent', async (t) => {
    const { attach } = await setUp(t);
    using socket = await attach();
    await eventually(() => socket.output.includes('$ '));
    for (const offset of [0, 10 ** 6, Number.MAX_SAFE_INTEGER]) send(socket, { type: 'ack', offset });
    type(socket, 'head -c 3000000 /dev/zero | tr "\\0" x\r');
    await eventually(() => socket.output.length >= windowBytes.first);
    send(socket, { type: 'ack', offset: Number.MAX_SAFE_INTEGER });
    const { length } = socket.output;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(socket.output.length, length, 'the window is full until what was sent is acknowledged');
    socket.raw.send(Buffer.concat([Buffer.from([0x12]), Buffer.alloc(8, 255)]));
    assert.equal(await socket.end, closeCodes.badFrame, 'an offset that no number holds');
  });

  it('lives through random frames of every type and length, and so does the server', async (t) => {
    const { server, browser, attach } = await setUp(t);
    const random = randomNumbers(5);
    for (let n = 0; n < 60; n++) {
      if (n % 15 === 14) await new Promise((resolve) => setTimeout(resolve, 20));
      const socket = await attach();
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 12) }, () => Math.floor(random() * 256)));
      if (bytes.length > 0 && random() < 0.7) bytes[0] = 0x10 + Math.floor(random() * 5);
      socket.raw.send(bytes);
      socket.raw.send(encodeViewerFrame({ type: 'ack', offset: 0 }));
      const end = await Promise.race([socket.end, eventually(() => socket.frames.length > 0)]);
      assert.ok(end === undefined || end === closeCodes.badFrame, `${bytes.toString('hex')}: ${end}`);
      socket.raw.terminate();
    }
    assert.equal((await browser.ask('GET', '/healthz')).status, 200);
    await eventually(() => server.app.http.upgrades.clients.size === 0);
  });

  it('is let go of when the lab is reset in the middle of a flood, and the next shell is a fresh one', async (t) => {
    const { browser, ask, attach, lab } = await setUp(t);
    const socket = await attach();
    await eventually(() => socket.output.includes('$ '));
    type(socket, 'yes flood | head -c 50000000\r');
    await eventually(() => socket.output.length > 100_000);
    await ask('POST', 'reset');
    assert.equal(await socket.end, closeCodes.reset);
    await eventually(async () => (await browser.ask('GET', `/api/labs/${lab.id}`)).body.state === 'ready');
    using next = await attach();
    await eventually(() => next.output.includes('$ '));
    assert.doesNotMatch(next.output, /flood/);
  });

  it('hears Ctrl-C in a flood that nobody acknowledges', async (t) => {
    const { ask, attach } = await setUp(t);
    using socket = await attach();
    await eventually(() => socket.output.includes('$ '));
    type(socket, 'yes flood\r');
    await eventually(async () => (await ask('GET', 'terminals/host/transcript')).body.length > 3 * windowBytes.first);
    type(socket, '\x03');
    await eventually(() => socket.frames.some(({ type }) => type === 'gap'));
    const last = socket.frames.findLast((frame) => frame.type === 'output');
    assert.ok(last?.type === 'output');
    send(socket, { type: 'ack', offset: last.offset + last.bytes.length });
    await eventually(() => socket.output.endsWith('$ '));
  });

  it('passes the keyboard to an instructor and back, for both to see', async (t) => {
    const { attach, instructor, terminals } = await setUp(t);
    const who = await instructor();
    using owner = await attach();
    using watcher = await attach('host', who);
    await eventually(() => watcher.output.includes('$ '));
    const canWrite = (socket: Socket) => {
      const state = socket.frames.findLast((frame) => frame.type === 'state');
      return state?.type === 'state' && state.state.canWrite;
    };
    send(watcher, { type: 'keyboard', take: true });
    await eventually(() => canWrite(watcher) && !canWrite(owner));
    type(owner, 'echo ow""ner\r');
    type(watcher, 'echo instr""uctor\r');
    await eventually(() => owner.output.includes('\r\ninstructor'));
    await eventually(async () => (await terminals())[0]?.keyboard === 'instructor');
    watcher.raw.terminate();
    await eventually(() => canWrite(owner) === true);
    assert.doesNotMatch(owner.output, /ow/);
    await eventually(async () => (await terminals())[0]?.keyboard === 'learner');
  });

  it('closes for a shell that is killed, and for one that cannot be started', async (t) => {
    const { server, attach } = await setUp(t);
    const socket = await attach();
    await eventually(() => socket.output.includes('$ '));
    type(socket, 'kill -9 $$\r');
    assert.equal(await socket.end, closeCodes.exited);
    t.mock.method(server.engine, 'shellCommand', () => ({ file: '/none', args: [], env: {} }));
    for (let n = 0; n < 5; n++) {
      const missing = await attach();
      assert.ok([closeCodes.exited, closeCodes.failed].includes((await missing.end) as 4003));
    }
  });
});
