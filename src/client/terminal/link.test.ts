import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { answers, settled, sockets } from '../testing.ts';
import type { LinkState } from './link.ts';

const { TerminalLink } = await import('./link.ts');

let states: LinkState[] = [];
let from = 0;

beforeEach(() => {
  states = [];
  sockets.length = 0;
  from = 0;
  answers.set('/api/labs/lab1/tickets', () => ({ status: 200, body: { ticket: 'once' } }));
});

function link() {
  return new TerminalLink('lab1', 'host', {
    attachment: () => ({ from, columns: 100, rows: 30 }),
    frame: () => undefined,
    changed: (state) => states.push(state),
  });
}

test('attaches with a ticket, an offset and its size', async () => {
  from = 42;
  void link().connect();
  await settled();
  assert.equal(sockets[0]?.url, 'ws://lab.example/ws/labs/lab1/terminals/host?from=42&ticket=once&columns=100&rows=30');
  sockets[0]?.open();
  assert.deepEqual(
    states.map((state) => state.kind),
    ['connecting', 'open'],
  );
});

test('what the server says by its close code is not tried again', async () => {
  const codes = { 4001: 'resetting', 4002: 'ended', 4003: 'exited', 4005: 'failed', 4006: 'denied' };
  for (const [code, kind] of Object.entries(codes)) {
    void link().connect();
    await settled();
    sockets.at(-1)?.open();
    sockets.at(-1)?.drop(Number(code));
    assert.equal(states.at(-1)?.kind, kind);
  }
});

test('a lost connection is tried again, and given up after a while', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    void link().connect();
    await settled();
    for (let i = 0; i < 20 && states.at(-1)?.kind !== 'lost'; i++) {
      sockets.at(-1)?.drop(1006);
      if (states.at(-1)?.kind === 'lost') break;
      assert.equal(states.at(-1)?.kind, 'waiting');
      mock.timers.tick(15_000);
      await settled();
    }
    assert.equal(states.at(-1)?.kind, 'lost');
    assert.equal(sockets.length, 9);
  } finally {
    mock.timers.reset();
  }
});

test('a lab that has ended is told, not tried again', async () => {
  answers.set('/api/labs/lab1/tickets', () => ({ status: 409, body: { code: 'lab-ended' } }));
  await link().connect();
  await settled();
  assert.equal(states.at(-1)?.kind, 'ended');
  assert.equal(sockets.length, 0);
});

test('a refusal is told in the server’s words', async () => {
  answers.set('/api/labs/lab1/tickets', () => ({ status: 404, body: { code: 'not-found' } }));
  await link().connect();
  await settled();
  assert.deepEqual(states.at(-1)?.kind, 'denied');
});
