import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import {
  closeCodes,
  decodeServerFrame,
  encodeViewerFrame,
  frameTypes,
  maxViewerFrame,
} from '../../shared/terminal-protocol.ts';
import { eventually } from '../testing.ts';
import { type Browser, openServer, type Socket, type TestServer } from './testing.ts';
import { maxUnread } from './upgrade.ts';

async function learnerWithLab(server: TestServer) {
  const browser = await server.browser().enter();
  return { browser, lab: await browser.readyLab() };
}

async function terminalPath(browser: Browser, lab: string, query = '', name = 'host'): Promise<string> {
  return `/ws/labs/${lab}/terminals/${name}?ticket=${await browser.ticket(lab, name)}${query}`;
}

describe('a WebSocket upgrade', () => {
  it('is refused without a cookie, from a foreign origin, and for an unknown path', async (t) => {
    const server = await openServer(t);
    const browser = await server.browser().enter();
    const paths = ['/ws/events', '/ws/instructor', '/ws/labs/x/terminals/host?ticket=y'];
    for (const path of paths) {
      assert.equal(await browser.socket(path, { Cookie: '' }).end, 401, path);
      for (const Origin of ['http://evil.example', 'null', 'http://127.0.0.1:1', '']) {
        assert.equal(await browser.socket(path, { Origin }).end, 403, path);
      }
    }
    assert.equal(await browser.socket('/ws/nothing').end, 404);
    assert.equal(await browser.socket('/ws/labs/x/terminals/').end, 404);
  });

  it('that is refused is closed also when the client does not close it', async (t) => {
    const server = await openServer(t);
    const head = 'GET /ws/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined).resume();
    const counted = () => new Promise((resolve) => server.http.getConnections((_, count) => resolve(count)));
    socket.write(head);
    await once(socket, 'end');
    await eventually(async () => (await counted()) === 0);
    socket.destroy();
  });
});

describe('a viewer that never reads', () => {
  const stalled = async (socket: Socket) => {
    // The page's socket takes nothing from the network any more, and still answers pings in its own way.
    (socket.raw as unknown as { _socket: { pause(): void } })._socket.pause();
  };

  it('of a terminal is cut off, also when it acknowledges what it has not read', async (t) => {
    const server = await openServer(t);
    const { browser, lab } = await learnerWithLab(server);
    using liar = await browser.socket(await terminalPath(browser, lab.id)).opened();
    await eventually(() => liar.output.includes('$ '));
    await stalled(liar);
    using honest = await browser.socket(await terminalPath(browser, lab.id)).opened();
    liar.raw.send(encodeViewerFrame({ type: 'input', bytes: Buffer.from('yes no-one-reads-this\r') }));
    let most = 0;
    honest.raw.on('message', (data: Buffer) => {
      const frame = decodeServerFrame(new Uint8Array(data));
      if (frame.type !== 'output') return;
      const ack = encodeViewerFrame({ type: 'ack', offset: frame.offset + frame.bytes.length });
      honest.raw.send(ack);
      if (liar.raw.readyState === liar.raw.OPEN) liar.raw.send(ack);
      for (const client of server.app.http.upgrades.clients) most = Math.max(most, client.bufferedAmount);
    });
    // A dozen megabytes go through a shell before the kernel takes no more for him.
    await eventually(() => server.app.http.upgrades.clients.size === 1, 60_000);
    assert.ok(most < 2 * maxUnread, `${most} bytes were kept for it`);
  });

  it('of events is cut off', async (t) => {
    const server = await openServer(t);
    const browser = await server.browser().enter();
    const lab = await browser.readyLab();
    using socket = await browser.socket('/ws/events').opened();
    await eventually(() => socket.texts.length > 0);
    await stalled(socket);
    const change = { set: [], gone: ['x'.repeat(2 ** 18)] };
    for (let n = 0; n < 100; n++) server.app.feed.emit('map', lab.id, change);
    await eventually(() => server.app.http.upgrades.clients.size === 0);
  });
});

describe('the event socket', () => {
  it('greets with what the page must know, then tells what happens', async (t) => {
    const server = await openServer(t);
    const browser = await server.browser().enter();
    using socket = await browser.socket('/ws/events').opened();
    await eventually(() => socket.texts[0]?.type === 'hello');
    const lab = await browser.readyLab();
    const states = () => socket.texts.flatMap((message) => (message.type === 'lab' ? [message.lab.state] : []));
    await eventually(() => states().includes('ready'));
    await browser.ask('POST', `/api/labs/${lab.id}/reset`);
    await eventually(() => socket.texts.some((message) => message.type === 'notice' && message.code === 'reset'));
    await browser.ask('DELETE', `/api/labs/${lab.id}`);
    await eventually(() => states().at(-1) === 'ended');
  });

  it('sends every page the map, also one that came before the lab, and looks at it once for all', async (t) => {
    const server = await openServer(t);
    let followers = 0;
    const { lines } = server.engine;
    server.engine.lines = async function* (ref, argv, signal) {
      if (!argv.at(-1)?.includes('daemons')) return yield* lines.call(this, ref, argv, signal);
      followers++;
      await once(signal, 'abort');
      followers--;
    };
    server.engine.stream = async () => {
      const looker: Duplex = new Duplex({
        read() {},
        write(_bytes, _encoding, done) {
          looker.push('kernel 6.18.44\nend\n');
          done();
        },
      });
      return looker;
    };
    const browser = await server.browser().enter();
    using early = browser.socket('/ws/events');
    await browser.readyLab();
    using late = browser.socket('/ws/events');
    const kernel = ({ texts }: Socket) => texts.find((message) => message.type === 'map')?.change.kernel;
    for (const page of [early, late]) await eventually(() => kernel(page) === '6.18.44');
    assert.equal(followers, 1);
    early.raw.close();
    late.raw.close();
    await eventually(() => followers === 0);
  });

  it('tells a learner nothing of another one', async (t) => {
    const server = await openServer(t);
    const other = await server.browser().enter();
    using socket = await other.socket('/ws/events').opened();
    await eventually(() => socket.texts.length > 0);
    const { browser, lab } = await learnerWithLab(server);
    await browser.ask('DELETE', `/api/labs/${lab.id}`);
    assert.deepEqual(
      socket.texts.map(({ type }) => type),
      ['hello'],
    );
  });

  it('is closed for garbage', async (t) => {
    const browser = await (await openServer(t)).browser().enter();
    const garbage = ['', '{', '[]', '{"type":"viewing"}', '{"type":"sudo"}', Buffer.from([0, 1, 2])];
    const extra = '{"type":"viewing","place":null,"visible":true,"more":1}';
    for (const frame of [...garbage, extra]) {
      const socket = await browser.socket('/ws/events').opened();
      socket.raw.send(frame);
      assert.equal(await socket.end, closeCodes.badFrame, `${frame}`);
    }
    const large = await browser.socket('/ws/events').opened();
    large.raw.send('x'.repeat(2 ** 20));
    assert.equal(await large.end, 1009);
  });

  it('goes on checking for the page that is left when another one is closed', async (t) => {
    const server = await openServer(t);
    const { browser, lab } = await learnerWithLab(server);
    using kept = await browser.socket('/ws/events').opened();
    const other = await browser.socket('/ws/events').opened();
    const viewing = JSON.stringify({ type: 'viewing', place: { lesson: 'box', step: 'start' }, visible: true });
    kept.raw.send(viewing);
    other.raw.send(viewing);
    const checked = () => kept.texts.filter(({ type }) => type === 'check').length;
    await eventually(() => checked() > 1);
    other.raw.close();
    await other.end;
    await eventually(() => server.app.http.upgrades.clients.size === 1);
    const before = checked();
    server.app.feed.emit('stirred', lab.id);
    await eventually(() => checked() > before);
  });

  it('tells the place in the queue, and that the lab has come', async (t) => {
    const server = await openServer(t, { LAB_MAX_LABS: '1' });
    const first = await learnerWithLab(server);
    const second = await server.browser().enter();
    await second.ask('POST', '/api/labs', { spec: 'box' });
    using socket = await second.socket('/ws/events').opened();
    await eventually(() => socket.texts.some(({ type }) => type === 'queue'));
    await first.browser.ask('DELETE', `/api/labs/${first.lab.id}`);
    await eventually(() => socket.texts.some((message) => message.type === 'lab' && message.lab.state === 'ready'));
  });
});

describe('the instructor’s socket', () => {
  it('is for instructors: all labs, then each that changes', async (t) => {
    const server = await openServer(t);
    const { browser, lab } = await learnerWithLab(server);
    assert.equal(await browser.socket('/ws/instructor').end, closeCodes.denied);
    const instructor = await server.browser().enter();
    await instructor.ask('POST', '/api/instructor/session', { token: await server.app.links.instructorToken() });
    using socket = await instructor.socket('/ws/instructor').opened();
    const messages = socket.texts as unknown[] as { type: string; labs?: { id: string }[]; lab?: { state: string } }[];
    await eventually(() => messages[0]?.type === 'labs');
    assert.deepEqual(
      messages[0]?.labs?.map(({ id }) => id),
      [lab.id],
    );
    await browser.ask('DELETE', `/api/labs/${lab.id}`);
    await eventually(() => messages.at(-1)?.lab?.state === 'ended');
  });
});

describe('a terminal’s socket', () => {
  it('bridges a shell: right size, typing, replay after a reload', async (t) => {
    const server = await openServer(t);
    const { browser, lab } = await learnerWithLab(server);
    const path = () => terminalPath(browser, lab.id, '&columns=101&rows=37');
    const first = await browser.socket(await path()).opened();
    await eventually(() => first.output.includes('$ '));
    first.raw.send(encodeViewerFrame({ type: 'input', bytes: Buffer.from('stty size; echo "=$((6*7))="\r') }));
    await eventually(() => /37 101\r\n=42=\r\n\$ $/.test(first.output));
    first.raw.close();
    const second = await browser.socket(await path()).opened();
    await eventually(() => second.output === first.output);
    assert.equal(second.frames[0]?.type, 'state');
    second.raw.send(encodeViewerFrame({ type: 'input', bytes: Buffer.from('exit\r') }));
    assert.equal(await second.end, closeCodes.exited);
    const third = await browser.socket(await path()).opened();
    await eventually(() => third.frames.length > 1);
    await browser.ask('POST', `/api/labs/${lab.id}/reset`);
    assert.equal(await third.end, closeCodes.reset);
    await browser.readyLab();
    const fourth = await browser.socket(await path()).opened();
    await browser.ask('DELETE', `/api/labs/${lab.id}`);
    assert.equal(await fourth.end, closeCodes.ended);
  });

  it('tells of an ended shell, and of the lab as it is by then', async (t) => {
    const server = await openServer(t);
    const { browser, lab } = await learnerWithLab(server);
    using events = await browser.socket('/ws/events').opened();
    using terminal = await browser.socket(await terminalPath(browser, lab.id)).opened();
    await eventually(() => terminal.output.includes('$ '));
    const { expiresAt } = (await browser.ask('POST', `/api/labs/${lab.id}/extend`)).body;
    const told = () => events.texts.flatMap((message) => (message.type === 'lab' ? [message.lab] : []));
    await eventually(() => told().at(-1)?.expiresAt === expiresAt);
    const { length } = told();
    terminal.raw.send(encodeViewerFrame({ type: 'input', bytes: Buffer.from('exit\r') }));
    await eventually(() => told().length > length);
    assert.equal(told().at(-1)?.expiresAt, expiresAt);
  });

  it('is denied without a ticket, with a used one, one of another terminal, lab or learner', async (t) => {
    const server = await openServer(t);
    const { browser, lab } = await learnerWithLab(server);
    const other = await learnerWithLab(server);
    const host = `/ws/labs/${lab.id}/terminals/host`;
    const denied = async (who: Browser, path: string) =>
      assert.equal(await who.socket(path).end, closeCodes.denied, path);
    const used = await browser.ticket(lab.id);
    const socket = await browser.socket(`${host}?ticket=${used}`).opened();
    await denied(browser, `${host}?ticket=${used}`);
    socket.raw.close();
    await denied(browser, `${host}?ticket=invented`);
    await denied(browser, `${host}?ticket=${await browser.ticket(lab.id, 'second')}`);
    await denied(browser, `/ws/labs/${lab.id}/terminals/none?ticket=${await browser.ticket(lab.id, 'none')}`);
    await denied(browser, `${host}?ticket=${await other.browser.ticket(other.lab.id)}`);
    await denied(other.browser, `${host}?ticket=${await browser.ticket(lab.id)}`);
    await denied(browser, `/ws/labs/${other.lab.id}/terminals/host?ticket=${await browser.ticket(lab.id)}`);
    assert.equal(await browser.socket(host).end, closeCodes.badFrame, 'no ticket at all');
  });

  it('refuses a size of a billion cells, asked for at once or later, and other garbage', async (t) => {
    const server = await openServer(t);
    const { browser, lab } = await learnerWithLab(server);
    for (const query of [
      '&columns=1000000000&rows=24',
      '&columns=0&rows=24',
      '&columns=a&rows=1',
      '&from=-1',
      '&from=x',
    ]) {
      assert.equal(await browser.socket(await terminalPath(browser, lab.id, query)).end, closeCodes.badFrame, query);
    }
    const billion = Buffer.alloc(9);
    billion[0] = frameTypes.resize;
    billion.writeUInt32BE(1e9, 1);
    billion.writeUInt32BE(1e9, 5);
    const sixteen = encodeViewerFrame({ type: 'resize', columns: 1e9, rows: 1e9 });
    for (const frame of [
      billion,
      sixteen,
      Buffer.alloc(0),
      Buffer.from([99]),
      Buffer.from([frameTypes.output]),
      'text',
    ]) {
      const socket = await browser.socket(await terminalPath(browser, lab.id)).opened();
      socket.raw.send(frame);
      assert.equal(await socket.end, closeCodes.badFrame);
    }
    const large = await browser.socket(await terminalPath(browser, lab.id)).opened();
    large.raw.send(Buffer.alloc(maxViewerFrame + 2, frameTypes.input));
    assert.equal(await large.end, 1009);
    assert.equal((await browser.ask('GET', '/healthz')).status, 200);
  });

  it('lets an instructor watch, and not type', async (t) => {
    const server = await openServer(t);
    const { browser, lab } = await learnerWithLab(server);
    const instructor = await server.browser().enter();
    await instructor.ask('POST', '/api/instructor/session', { token: await server.app.links.instructorToken() });
    using owner = await browser.socket(await terminalPath(browser, lab.id)).opened();
    using watcher = await instructor.socket(await terminalPath(instructor, lab.id)).opened();
    await eventually(() => watcher.output.includes('$ '));
    const [state] = watcher.frames;
    assert.ok(state?.type === 'state' && !state.state.canWrite);
    watcher.raw.send(encodeViewerFrame({ type: 'input', bytes: Buffer.from('echo wat""ched\r') }));
    owner.raw.send(encodeViewerFrame({ type: 'input', bytes: Buffer.from('echo own""ed\r') }));
    await eventually(() => watcher.output.includes('\r\nowned'));
    assert.doesNotMatch(watcher.output, /wat/);
  });

  it('is told to attach again while the lab is starting', async (t) => {
    const server = await openServer(t);
    server.engine.behaviour.neverReady = true;
    const browser = await server.browser().enter();
    const { id } = (await browser.ask('POST', '/api/labs', { spec: 'box' })).body;
    assert.equal(await browser.socket(await terminalPath(browser, id)).end, closeCodes.reset);
  });
});
