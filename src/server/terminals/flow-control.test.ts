import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  Cursor,
  type CursorSink,
  flightMs,
  frameBytes,
  highWaterBytes,
  interruptKeepBytes,
  lowWaterBytes,
  mustPause,
  windowBytes,
} from './flow-control.ts';
import { Scrollback } from './scrollback.ts';

const kib = 1024;
/** A viewer that keeps what it is sent, and checks that nothing is sent twice, out of order or silently left out. */
function viewerOf(scrollback: Scrollback, from = 0) {
  const seen = { next: from, acked: from, text: '', gaps: [] as [number, number][] };
  const clock = { now: 0 };
  const sink: CursorSink = {
    output(offset, bytes) {
      assert.equal(offset, seen.next, 'output follows what came before');
      seen.text += Buffer.from(bytes).toString('latin1');
      seen.next += bytes.length;
    },
    gap(start, end) {
      assert.equal(start, seen.next, 'a gap begins where the output ended');
      assert.ok(end > start);
      seen.gaps.push([start, end]);
      seen.next = end;
    },
    modes: (bytes) => assert.ok(bytes.length > 0 || seen.next === 0),
  };
  const cursor = new Cursor(scrollback, from, sink, () => clock.now);
  const ack = (offset = seen.next) => {
    seen.acked = offset;
    cursor.ack(offset);
  };
  return { seen, cursor, ack, clock };
}

function filled(bytes: number, capacity = 2 ** 20): Scrollback {
  const scrollback = new Scrollback(capacity);
  scrollback.append(Buffer.alloc(bytes, 'x'));
  return scrollback;
}

describe('a viewer’s cursor', () => {
  it('gives what was kept, then what comes', () => {
    const scrollback = filled(3);
    const { seen, cursor } = viewerOf(scrollback);
    cursor.pump();
    scrollback.append(Buffer.from('new'));
    cursor.pump();
    assert.deepEqual([seen.text, seen.gaps], ['xxxnew', []]);
  });

  it('never has more under way than the window and a frame', () => {
    const scrollback = filled(2 ** 20);
    const { seen, cursor, ack } = viewerOf(scrollback);
    cursor.pump();
    assert.ok(seen.next < windowBytes.first + frameBytes);
    const first = seen.next;
    cursor.pump();
    assert.equal(seen.next, first, 'nothing more without an acknowledgement');
    while (seen.next < scrollback.end) ack();
    assert.equal(seen.text.length, 2 ** 20);
  });

  /** What is under way to a viewer who takes everything in after so long, once he is known. */
  function underWay(flight: number): number {
    const scrollback = filled(2 ** 20);
    const { seen, cursor, ack, clock } = viewerOf(scrollback);
    cursor.pump();
    for (let n = 0; n < 10; n++) {
      scrollback.append(Buffer.alloc(windowBytes.most, 'x'));
      clock.now += flight;
      ack();
    }
    return cursor.lag - (scrollback.end - seen.next);
  }

  it('has much under way to a quick viewer, little to a slow one', () => {
    assert.equal(underWay(flightMs / 10), windowBytes.most);
    assert.equal(underWay(flightMs), windowBytes.most);
    assert.equal(underWay(flightMs + 1), windowBytes.least);
  });

  it('sends what is small at once, and puts it together while a whole frame is under way', () => {
    const scrollback = filled(0);
    const { seen, cursor, ack } = viewerOf(scrollback);
    const print = (bytes: number) => {
      scrollback.append(Buffer.alloc(bytes, 'x'));
      cursor.pump();
    };
    print(1);
    print(frameBytes);
    assert.equal(seen.next, frameBytes + 1);
    for (let n = 0; n < 10; n++) print(100);
    assert.equal(seen.next, frameBytes + 1);
    ack();
    assert.equal(seen.next, frameBytes + 1001);
  });

  it('tells what fell out of the scrollback as an exact gap, up to a place where it can begin', () => {
    const scrollback = new Scrollback(256 * kib);
    for (let n = 0; n < 300; n++) scrollback.append(Buffer.alloc(kib, 'x'));
    const { seen, cursor } = viewerOf(scrollback);
    cursor.pump();
    assert.deepEqual(seen.gaps, [[0, 48 * kib]]);
  });

  it('begins with what is kept for an offset from another life', () => {
    const { seen, cursor } = viewerOf(filled(5), 0);
    cursor.pump();
    assert.equal(seen.text.length, 5);
    const sent: number[] = [];
    const other = new Cursor(filled(5), 900, {
      output: (offset) => sent.push(offset),
      gap: () => assert.fail(),
      modes: () => assert.fail(),
    });
    other.pump();
    assert.deepEqual(sent, [0]);
  });

  it('drops on an interrupt what has not been sent, up to the last of what comes until its release', () => {
    const scrollback = filled(2 ** 20);
    const { seen, cursor, ack } = viewerOf(scrollback);
    cursor.pump();
    const sent = seen.next;
    cursor.hold();
    scrollback.append(Buffer.alloc(2 ** 20, 'y'));
    scrollback.append(Buffer.from('$ '));
    cursor.pump();
    ack();
    assert.equal(seen.next, sent);
    cursor.release();
    assert.ok(seen.text.endsWith('y$ '));
    const [[from, to] = [0, 0], ...others] = seen.gaps;
    assert.deepEqual([from, others], [sent, []]);
    assert.ok(scrollback.end - to <= interruptKeepBytes);
    // A page acknowledges bytes that it has parsed; a gap has none.
    ack();
    assert.equal(cursor.lag, 0);
  });

  it('keeps a few bytes on an interrupt: they are shown sooner than a gap is read', () => {
    const scrollback = filled(interruptKeepBytes);
    const { seen, cursor } = viewerOf(scrollback);
    cursor.pump();
    cursor.hold();
    scrollback.append(Buffer.from('$ '));
    cursor.pump();
    assert.ok(seen.text.endsWith('$ '));
    assert.deepEqual(seen.gaps, []);
  });

  it('does not believe an acknowledgement of what was never sent', () => {
    const { seen, cursor } = viewerOf(filled(2 ** 20));
    cursor.pump();
    const { next } = seen;
    cursor.ack(2 ** 20);
    cursor.ack(Number.MAX_SAFE_INTEGER);
    assert.equal(seen.next, next);
  });

  it('loses nothing silently and never stands still, whatever is printed, acknowledged and interrupted', () => {
    const event = fc.oneof(
      fc.record({ what: fc.constant('print' as const), size: fc.nat({ max: 100 * kib }) }),
      fc.record({ what: fc.constant('ack' as const), size: fc.nat() }),
      fc.record({
        what: fc.constantFrom('hold' as const, 'release' as const, 'invented ack' as const),
        size: fc.nat(),
      }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const scrollback = new Scrollback(256 * kib);
        const { seen, cursor, ack } = viewerOf(scrollback);
        for (const { what, size } of events) {
          if (what === 'print') scrollback.append(Buffer.alloc(size, 'x'));
          else if (what === 'ack') ack(seen.acked + (size % (seen.next - seen.acked + 1)));
          else if (what === 'hold') cursor.hold();
          else if (what === 'release') cursor.release();
          else cursor.ack(scrollback.end + size);
          cursor.pump();
          assert.ok(seen.next - seen.acked < windowBytes.most + frameBytes || seen.gaps.length > 0);
          const gap = seen.gaps.reduce((sum, [from, to]) => sum + to - from, 0);
          assert.equal(seen.text.length + gap, seen.next);
        }
        cursor.release();
        for (let n = 0; n < 1000 && seen.next < scrollback.end; n++) ack();
        assert.equal(seen.next, scrollback.end);
        ack();
        assert.equal(cursor.lag, 0);
      }),
    );
  });
});

describe('pausing the shell', () => {
  it('waits for the quickest viewer only, and for nobody when there is none', () => {
    assert.equal(mustPause([], false), false);
    assert.equal(mustPause([], true), false);
    assert.equal(mustPause([highWaterBytes + 1, 0], false), false, 'a watcher that lags slows nobody');
    assert.equal(mustPause([highWaterBytes + 1, highWaterBytes + 2], false), true);
  });

  it('goes on only once he is near again', () => {
    assert.equal(mustPause([highWaterBytes], false), false);
    assert.equal(mustPause([highWaterBytes], true), true);
    assert.equal(mustPause([lowWaterBytes], true), false);
  });
});
