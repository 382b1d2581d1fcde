import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomNumbers } from '../labs/testing.ts';
import { Scrollback } from './scrollback.ts';

describe('the scrollback', () => {
  it('keeps what a plain list of bytes would keep, whatever is appended and read', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomNumbers(seed);
      const capacity = 1 + Math.floor(random() * 40);
      const start = Math.floor(random() * 100);
      const scrollback = new Scrollback(capacity, start);
      let all = Buffer.alloc(0);
      for (let n = 0; n < 40; n++) {
        const bytes = Buffer.from(Array.from({ length: Math.floor(random() * capacity * 2.5) }, () => random() * 256));
        scrollback.append(bytes);
        all = Buffer.concat([all, bytes]);
        const end = start + all.length;
        assert.deepEqual([scrollback.start, scrollback.end], [Math.max(start, end - capacity), end]);
        const at = scrollback.start + Math.floor(random() * (end - scrollback.start + 1));
        const max = Math.floor(random() * capacity * 2);
        assert.deepEqual(scrollback.read(at, max), all.subarray(at - start, Math.min(at - start + max, all.length)));
        assert.deepEqual(scrollback.read(scrollback.start, capacity), all.subarray(scrollback.start - start));
      }
    }
  });

  it('hands out copies, which later output does not change', () => {
    const scrollback = new Scrollback(4);
    scrollback.append(Buffer.from('abcd'));
    const read = scrollback.read(0, 4);
    scrollback.append(Buffer.from('efgh'));
    assert.equal(read.toString(), 'abcd');
  });

  it('refuses to read what it does not keep', () => {
    const scrollback = new Scrollback(4);
    scrollback.append(Buffer.from('abcdef'));
    for (const offset of [0, 1, 7]) assert.throws(() => scrollback.read(offset, 1), RangeError);
  });
});
