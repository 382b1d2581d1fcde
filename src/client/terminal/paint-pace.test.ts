import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import headless from '@xterm/headless';
import type { Terminal } from '@xterm/xterm';
import fc from 'fast-check';
import { LongStrings } from './long-strings.ts';
import { endsBetween, floodBytes, hold, PaintPace, patience, quietMs, release } from './paint-pace.ts';

/** Keeps what is written to it, and paints when it is told to. */
class SlowPainter {
  written: string[] = [];
  paint = () => undefined as unknown;
  setMode = (_params: number[]): unknown => undefined;
  parser = {
    registerCsiHandler: (_id: object, handler: (params: number[]) => unknown) => {
      this.setMode = handler;
    },
  };
  onRender(listener: () => void): void {
    this.paint = listener;
  }
  write(text: string): void {
    this.written.push(text);
  }
}

const flood = new TextEncoder().encode('line\r\n'.repeat(floodBytes / 4));

describe('a flood is painted less often', () => {
  let painter = new SlowPainter();
  let pace = new PaintPace(painter as unknown as Terminal);
  beforeEach(() => {
    painter = new SlowPainter();
    pace = new PaintPace(painter as unknown as Terminal);
  });

  it('and what is none at once', () => {
    for (let n = 0; n < 100; n++) {
      pace.wrote(flood.subarray(0, floodBytes / 2), false);
      painter.paint();
    }
    assert.deepEqual(painter.written, []);
  });

  it('from time to time while it goes on', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    for (let round = 0; round < 3; round++) {
      painter.written = [];
      pace.wrote(flood, false);
      for (let look = 0; look < patience; look++) {
        assert.deepEqual(painter.written, [hold]);
        pace.wrote(flood, false);
        t.mock.timers.tick(quietMs);
      }
      pace.wrote(flood, false);
      assert.deepEqual(painter.written, [hold, release], 'nothing is held again before it was painted');
      painter.paint();
    }
  });

  it('and as soon as it is over', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    pace.wrote(flood, false);
    t.mock.timers.tick(quietMs);
    assert.deepEqual(painter.written, [hold, release]);
  });

  it('without a word in the midst of a sequence, a string or a character', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const cut = (end: string) => Uint8Array.from([...flood, ...Buffer.from(end, 'latin1')]);
    for (const end of ['\x1b', '\x1b[', '\x1b[1;3', '\xc2', '\xc2\x9b1', '\xe5\xa5']) {
      pace.wrote(cut(end), false);
      assert.deepEqual(painter.written, [], JSON.stringify(end));
    }
    pace.wrote(flood, true);
    assert.deepEqual(painter.written, []);
    pace.wrote(flood, false);
    pace.wrote(cut('\x1b[1'), false);
    for (let look = 0; look < patience; look++) t.mock.timers.tick(quietMs);
    assert.deepEqual(painter.written, [hold]);
    pace.wrote(flood, false);
    assert.deepEqual(painter.written, [hold, release]);
  });

  it('unless a program chooses its pictures itself', (t) => {
    t.mock.timers.enable({ apis: ['Date', 'setTimeout'] });
    painter.setMode([25, 2026]);
    pace.wrote(flood, false);
    assert.deepEqual(painter.written, []);
    t.mock.timers.tick(1001);
    pace.wrote(flood, false);
    assert.deepEqual(painter.written, [hold]);
  });
});

const piece = fc.oneof(
  fc.constantFrom('text', '你好', '🐋', '\r\n', '\x1b', '\x1b[', '\x1b[1;31m', '\x1b]0;', '\x1bP1$q', '\x1b\\', '\x07'),
  fc.constantFrom('\u009b', '\u009d', '\u009c', '\x18', ';', '7', '#8', '(B', 'm', 'H', '\x1b[3;4H', '\x1b^', '\x1bX'),
);

async function screenAfter(parts: (string | Uint8Array)[]): Promise<string[]> {
  const screen = new headless.Terminal({ cols: 20, rows: 6, logLevel: 'off', allowProposedApi: true });
  for (const part of parts) await new Promise<void>((resolve) => screen.write(part, resolve));
  const { active } = screen.buffer;
  const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString() ?? '');
  return [...lines, `${active.cursorX},${active.cursorY}`];
}

it('what is written between two pieces of any output changes nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(40)), async (pieces, cuts) => {
      const bytes = new TextEncoder().encode(pieces.join(''));
      const strings = new LongStrings();
      const parts: (string | Uint8Array)[] = [];
      let at = 0;
      for (const length of [...cuts, bytes.length]) {
        const part = strings.cut(bytes.subarray(at, at + length));
        at += length;
        parts.push(part);
        if (!strings.isInside && endsBetween(part)) parts.push(hold, release);
      }
      assert.deepEqual(await screenAfter(parts), await screenAfter([bytes]));
    }),
    { numRuns: 200 },
  );
});
