import assert from 'node:assert/strict';
import test from 'node:test';
import type { Terminal } from '@xterm/xterm';
import { guard, muteQueries } from './guards.ts';

/** Collects handlers as xterm's parser would; true from a handler keeps the sequence from xterm's own. */
class FakeParser {
  handlers = new Map<string, (data: never) => boolean>();
  registerCsiHandler(
    id: { prefix?: string; intermediates?: string; final: string },
    handler: (data: never) => boolean,
  ) {
    this.handlers.set(`CSI ${id.prefix ?? ''}${id.intermediates ?? ''}${id.final}`, handler);
  }
  registerDcsHandler(id: { intermediates?: string; final: string }, handler: (data: never) => boolean) {
    this.handlers.set(`DCS ${id.intermediates ?? ''}${id.final}`, handler);
  }
  registerOscHandler(id: number, handler: (data: never) => boolean) {
    this.handlers.set(`OSC ${id}`, handler);
  }
  swallows(sequence: string, data: unknown): boolean {
    return this.handlers.get(sequence)?.(data as never) ?? false;
  }
}

function fake(set: (terminal: Terminal) => void): FakeParser {
  const parser = new FakeParser();
  set({ parser } as unknown as Terminal);
  return parser;
}

test('counts larger than any screen are not carried out', () => {
  const parser = fake(guard);
  for (const final of 'bLMSTIZ') {
    assert.equal(parser.swallows(`CSI ${final}`, [2_147_483_647]), true, final);
    assert.equal(parser.swallows(`CSI ${final}`, [[1, 501]]), true, final);
    assert.equal(parser.swallows(`CSI ${final}`, [500]), false, final);
  }
});

test('programs write no clipboard and no links', () => {
  const parser = fake(guard);
  assert.equal(parser.swallows('OSC 52', 'c;AAAA'), true);
  assert.equal(parser.swallows('OSC 8', ';https://example.com'), true);
});

test('queries are answered only when they are not replayed', () => {
  let replaying = true;
  const parser = fake((terminal) => muteQueries(terminal, () => replaying));
  const queries = ['CSI c', 'CSI >c', 'CSI n', 'CSI ?n', 'CSI $p', 'CSI ?$p', 'DCS $q'];
  for (const query of queries) assert.equal(parser.swallows(query, []), true, query);
  assert.equal(parser.swallows('OSC 11', '?'), true);
  replaying = false;
  for (const query of queries) assert.equal(parser.swallows(query, []), false, query);
  assert.equal(parser.swallows('OSC 11', '?'), false);
});

test('setting a color is no query', () => {
  const parser = fake((terminal) => muteQueries(terminal, () => true));
  assert.equal(parser.swallows('OSC 11', '#000000'), false);
});
