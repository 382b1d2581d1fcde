import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Scrollback } from './scrollback.ts';

describe('the scrollback', () => {
  it('keeps what a plain list of bytes would keep, whatever is appended and read', () => {
    const capacities = fc.integer({ min: 1, max: 40 });
    const reads = fc.record({ bytes: fc.uint8Array({ maxLength: 100 }), at: fc.nat(), max: fc.nat({ max: 80 }) });
    fc.assert(
      fc.property(capacities, fc.nat({ max: 100 }), fc.array(reads), (capacity, start, steps) => {
        const scrollback = new Scrollback(capacity, start);
        let all = Buffer.alloc(0);
        for (const step of steps) {
          scrollback.append(step.bytes);
          all = Buffer.concat([all, step.bytes]);
          const end = start + all.length;
          assert.deepEqual([scrollback.start, scrollback.end], [Math.max(start, end - capacity), end]);
          const at = scrollback.start + (step.at % (end - scrollback.start + 1));
          const kept = all.subarray(at - start, Math.min(at - start + step.max, all.length));
          assert.deepEqual(scrollback.read(at, step.max), kept);
          assert.deepEqual(scrollback.read(scrollback.start, capacity), all.subarray(scrollback.start - start));
        }
      }),
    );
  });

  it('knows places to begin at that are kept, in order, and never far from each other', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 70_000 }), { maxLength: 40 }), (sizes) => {
        const scrollback = new Scrollback(2 ** 18);
        for (const size of sizes) {
          scrollback.append(Buffer.alloc(size, 'x'));
          const { offset } = scrollback.markFrom(scrollback.start);
          assert.ok(offset >= scrollback.start && offset <= scrollback.end);
          assert.ok(offset - scrollback.start <= 2 * 70_000, `${offset - scrollback.start} bytes are lost`);
        }
        assert.equal(scrollback.markFrom(scrollback.end).offset, scrollback.end);
      }),
    );
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
