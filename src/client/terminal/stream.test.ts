import assert from 'node:assert/strict';
import test from 'node:test';
import { restartJump, type ServerFrame } from '../../shared/terminal-protocol.ts';
import { TerminalStream } from './stream.ts';

const owner = { role: 'learner', keyboard: 'learner', canWrite: true } as const;
const output = (offset: number, text: string): ServerFrame => ({
  type: 'output',
  offset,
  bytes: new TextEncoder().encode(text),
});
const state = (liveFrom: number): ServerFrame => ({
  type: 'state',
  state: { ...owner, columns: 80, rows: 24, liveFrom, shell: 'running' },
});

function shown(stream: TerminalStream, ...frames: ServerFrame[]): string[] {
  return frames
    .flatMap((frame) => stream.take(frame))
    .map((piece) => {
      if (piece.kind === 'gap') return `gap ${piece.bytes}`;
      if (piece.kind !== 'bytes') return piece.kind;
      return `${piece.replay ? 'replay' : 'live'} ${new TextDecoder().decode(piece.bytes)} @${piece.end}`;
    });
}

test('output in order is shown as it comes', () => {
  assert.deepEqual(shown(new TerminalStream(), output(0, 'ab'), output(2, 'cd')), ['live ab @2', 'live cd @4']);
});

test('bytes that were shown before a reconnect are not shown again', () => {
  const stream = new TerminalStream();
  shown(stream, output(0, 'abcd'));
  assert.equal(stream.next, 4);
  assert.deepEqual(shown(stream, output(0, 'abcd')), []);
  assert.deepEqual(shown(stream, output(2, 'cdef')), ['live ef @6']);
});

test('an announced gap is told once and continues after it', () => {
  const stream = new TerminalStream();
  assert.deepEqual(shown(stream, { type: 'gap', from: 0, to: 100 }, output(100, 'x')), ['gap 100', 'live x @101']);
  assert.deepEqual(shown(stream, { type: 'gap', from: 0, to: 100 }), []);
});

test('a gap that was partly seen counts only what is missing', () => {
  const stream = new TerminalStream();
  shown(stream, output(0, 'abc'));
  assert.deepEqual(shown(stream, { type: 'gap', from: 1, to: 10 }), ['gap 7']);
});

test('a hole that nobody announced is a gap too', () => {
  assert.deepEqual(shown(new TerminalStream(), output(5, 'x')), ['gap 5', 'live x @6']);
});

test('bytes before liveFrom are replay, and a frame across it is cut there', () => {
  const stream = new TerminalStream();
  assert.deepEqual(shown(stream, state(3), output(0, 'abcdef'), output(6, 'g')), [
    'replay abc @3',
    'live def @6',
    'live g @7',
  ]);
});

test('after a reconnect what was missed is replay', () => {
  const stream = new TerminalStream();
  shown(stream, state(0), output(0, 'ab'));
  assert.deepEqual(shown(stream, state(4), output(2, 'cdef')), ['replay cd @4', 'live ef @6']);
});

test('after the server was away, what it kept is shown anew, then that something may be lost, then what is new', () => {
  const stream = new TerminalStream();
  shown(stream, state(0), output(0, 'abcdef'));
  const start = restartJump;
  const frames = [state(start + 4), { type: 'gap', from: 6, to: start } as const, output(start, 'abcdnew')];
  assert.deepEqual(shown(stream, ...frames), ['anew', `replay abcd @${start + 4}`, 'lost', `live new @${start + 7}`]);
});

test('a server that kept nothing is shown anew, too', () => {
  const stream = new TerminalStream();
  shown(stream, state(0), output(0, 'abcdef'));
  assert.deepEqual(shown(stream, state(0), output(0, 'new')), ['anew', 'lost', 'live new @3']);
});
