import assert from 'node:assert/strict';
import test from 'node:test';
import type { Terminal } from '@xterm/xterm';
import { answersPerSecond, guard, workPerTurn } from './guards.ts';

type Handler = (data: never) => boolean | Promise<boolean>;

/** Collects handlers as xterm's parser would; true from a handler keeps the sequence from xterm's own. */
class FakeParser {
  handlers = new Map<string, Handler>();
  registerCsiHandler(id: { prefix?: string; intermediates?: string; final: string }, handler: Handler) {
    this.handlers.set(`CSI ${id.prefix ?? ''}${id.intermediates ?? ''}${id.final}`, handler);
  }
  registerDcsHandler(id: { intermediates?: string; final: string }, handler: Handler) {
    this.handlers.set(`DCS ${id.intermediates ?? ''}${id.final}`, handler);
  }
  registerOscHandler(id: number, handler: Handler) {
    this.handlers.set(`OSC ${id}`, handler);
  }
  registerEscHandler(id: { intermediates?: string; final: string }, handler: () => boolean | Promise<boolean>) {
    this.handlers.set(`ESC ${id.intermediates ?? ''}${id.final}`, handler);
  }
  /** True: not carried out. A promise: carried out, but later. */
  swallows(sequence: string, data: unknown): boolean | Promise<boolean> {
    const handler = this.handlers.get(sequence);
    assert.ok(handler, `nobody looks at ${sequence}`);
    return handler(data as never);
  }
}

function guarded(isReplaying = () => false, markers = 0): FakeParser {
  const parser = new FakeParser();
  guard({ parser, rows: 24, cols: 80, markers: { length: markers } } as unknown as Terminal, isReplaying);
  return parser;
}

test('counts larger than any screen are not carried out', () => {
  for (const final of 'bLMSTIZ') {
    const parser = guarded();
    assert.equal(parser.swallows(`CSI ${final}`, [2_147_483_647]), true, final);
    assert.equal(parser.swallows(`CSI ${final}`, [[1, 501]]), true, final);
    assert.equal(parser.swallows(`CSI ${final}`, [500]), false, final);
  }
});

test('however dear the sequences, the page gets its turn before much work is done', async () => {
  const costs: [string, unknown, number][] = [
    ['CSI L', [500], 500],
    ['CSI T', [], 1],
    ['CSI J', [2], 24],
    ['CSI ?h', [1049], 24],
    ['CSI  @', [1], 24],
    ['ESC #8', undefined, 24],
    ['ESC M', undefined, 1],
    ['ESC c', undefined, 1000],
  ];
  for (const [sequence, data, cost] of costs) {
    const parser = guarded();
    let done = 0;
    let answer = parser.swallows(sequence, data);
    for (; answer === false && done <= workPerTurn; done += cost) answer = parser.swallows(sequence, data);
    assert.ok(answer instanceof Promise, sequence);
    assert.ok(done <= workPerTurn, `${sequence}: ${done} in one turn`);
    assert.equal(await answer, false, `${sequence} is carried out in the end`);
  }
});

test('programs write no clipboard and no colors, and no endless titles and links', () => {
  const parser = guarded();
  assert.equal(parser.swallows('OSC 52', 'c;AAAA'), true);
  assert.equal(parser.swallows('OSC 4', '1;#ffffff'), true);
  assert.equal(parser.swallows('OSC 11', '#000000'), true);
  assert.equal(parser.swallows('OSC 104', ''), true);
  assert.equal(parser.swallows('OSC 0', 'top'), false);
  assert.equal(parser.swallows('OSC 0', 'x'.repeat(3000)), true);
  assert.equal(parser.swallows('OSC 8', ';https://example.com'), false);
  assert.equal(parser.swallows('OSC 8', `;https://example.com/${'x'.repeat(3000)}`), true);
  assert.equal(guarded(undefined, 5000).swallows('OSC 8', ';https://example.com'), true);
});

test('queries are answered only when they are not replayed', () => {
  let replaying = true;
  const parser = guarded(() => replaying);
  const queries = ['CSI c', 'CSI >c', 'CSI n', 'CSI ?n', 'CSI $p', 'CSI ?$p', 'DCS $q'];
  for (const query of queries) assert.equal(parser.swallows(query, []), true, query);
  assert.equal(parser.swallows('OSC 11', '?'), true);
  assert.equal(parser.swallows('OSC 4', '7;?'), true);
  replaying = false;
  for (const query of queries) assert.equal(parser.swallows(query, []), false, query);
  assert.equal(parser.swallows('OSC 11', '?'), false);
  assert.equal(parser.swallows('OSC 4', '7;?'), false);
  assert.equal(parser.swallows('OSC 4', '1;?;2;?;3;?'), true, 'one question at a time');
});

test('a flood of queries is answered as far as a program needs', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const parser = guarded();
  const answered = () => {
    let count = 0;
    for (let i = 0; i < 500; i++) for (const query of ['CSI c', 'DCS $q']) if (!parser.swallows(query, [])) count++;
    return count;
  };
  assert.equal(answered(), answersPerSecond);
  assert.equal(answered(), 0);
  t.mock.timers.tick(1000);
  assert.equal(answered(), answersPerSecond);
});
