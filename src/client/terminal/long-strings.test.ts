import assert from 'node:assert/strict';
import test from 'node:test';
import { LongStrings, maxString } from './long-strings.ts';

function cut(text: string, pieceLength = text.length): string {
  const strings = new LongStrings();
  const bytes = new TextEncoder().encode(text);
  const kept: number[] = [];
  for (let at = 0; at < bytes.length; at += pieceLength)
    kept.push(...strings.cut(bytes.subarray(at, at + pieceLength)));
  return new TextDecoder().decode(Uint8Array.from(kept));
}

const long = 'x'.repeat(maxString + 500);

test('what is no string passes as it is, however long', () => {
  for (const text of [long, `\x1b[1m${long}\x1b[0m`, `\x1b(B${long}`, `套娃🪆${long}`, `\x1b]0;title\x07${long}`]) {
    assert.equal(cut(text), text);
  }
  const bytes = new TextEncoder().encode(long);
  assert.equal(new LongStrings().cut(bytes), bytes, 'nothing is copied');
});

test('a long string is cut, and what comes after its end is shown', () => {
  const begins = ['\x1b]0;', '\x1bPq', '\x1bX', '\x1b^', '\x1b_', '\u009d', '\u0090', '\u0098', '\u009e', '\u009f'];
  for (const begin of begins) {
    for (const end of ['\x1b\\', '\u009c', '\x18', '\x1a', '\x1b[m']) {
      const kept = cut(`before${begin}${long}${end}after ${long}`);
      assert.ok(kept.startsWith(`before${begin}`), JSON.stringify(begin));
      assert.ok(kept.endsWith(`${end}after ${long}`), JSON.stringify([begin, end]));
      assert.ok(kept.length < maxString + long.length + 30, JSON.stringify([begin, end]));
    }
  }
  assert.ok(cut(`\x1b]0;${long}\x07after`).endsWith('\x07after'));
  assert.ok(!cut(`\x1bP${long}\x07inside`).includes('inside'), 'a bell ends a title only');
});

test('it does not matter where the pieces of the output end', () => {
  const text = `a\x1b]0;${long}\u009cb\u009d${long}\x1b\\c\x1bP${long}\x18d`;
  for (const length of [1, 2, 3, 7, 1000]) assert.equal(cut(text, length), cut(text));
});
