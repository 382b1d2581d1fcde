import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import headless from '@xterm/headless';
import fc from 'fast-check';
import { Modes } from './modes.ts';

const size = { cols: 40, rows: 10 };

async function screenAfter(...parts: (string | Uint8Array)[]) {
  const screen = new headless.Terminal({ ...size, allowProposedApi: true });
  for (const part of parts) await new Promise<void>((resolve) => screen.write(part, resolve));
  return screen;
}

/** Everything that a screen tells of its modes, and what a letter looks like that is written now. */
async function stateOf(screen: InstanceType<typeof headless.Terminal>) {
  await new Promise<void>((resolve) => screen.write('\x1b[?6l\x1b[5;5HqX', resolve));
  const { active } = screen.buffer;
  const cell = active.getLine(active.baseY + 4)?.getCell(4);
  return {
    ...screen.modes,
    originMode: undefined,
    buffer: active.type,
    letter: cell?.getChars(),
    style: [cell?.getFgColor(), cell?.getBgColor(), cell?.isBold(), cell?.isUnderline(), cell?.isInverse()],
    more: [cell?.isDim(), cell?.isItalic(), cell?.isStrikethrough(), cell?.getFgColorMode(), cell?.getBgColorMode()],
  };
}

/** 1047, not 1049: that one also brings back a style that was never saved. */
const piece = fc.oneof(
  fc.constantFrom(
    'text',
    '你好',
    '🐋',
    '\r\n',
    '\t',
    '\x0e',
    '\x0f',
    '\x1b(0',
    '\x1b(B',
    '\x1b)0',
    '\x1b=',
    '\x1b>',
    '\x1b[m',
  ),
  fc.constantFrom(
    '\x1b[?1047h',
    '\x1b[?1047l',
    '\x1b[?47h',
    '\x1b[?2004h',
    '\x1b[?2004l',
    '\x1b[4h',
    '\x1b[4l',
    '\x1b[!p',
  ),
  fc.constantFrom(
    '\x1b[?1h',
    '\x1b[?25l',
    '\x1b[?7l',
    '\x1b[?7h',
    '\x1b[?1004h',
    '\x1b[?1002h',
    '\x1b[?1002;1006h',
    '\x1b[?1000l',
  ),
  fc.constantFrom(
    '\x1b]0;title\x07',
    '\x1b]4;1;rgb:1/2/3\x1b\\',
    '\x1bPq#0;2;0\x1b\\',
    '\x1b_app\x1b\\',
    '\x1b[2J',
    '\x1b[3;4H',
    '\x1bc',
  ),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(0, 1, 2, 3, 4, 7, 9, 22, 23, 24, 27, 29, 31, 39, 42, 49, 95, 103),
        fc.constantFrom('38;5;200', '48;2;1;2;3'),
      ),
      // xterm reads 32 numbers of a sequence and drops the rest, wherever that cuts a color.
      { maxLength: 6 },
    )
    .map((codes) => `\x1b[${codes.join(';')}m`),
);

describe('the modes of a screen', () => {
  it('bring any other screen to the same, wherever the output is cut', async () => {
    const streams = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join('')));
    const elsewhere = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(), fc.nat(), elsewhere, async (stream, cut, split, other) => {
        const at = cut % (stream.length + 1);
        const modes = new Modes();
        modes.feed(stream.subarray(0, split % (at + 1)));
        modes.feed(stream.subarray(split % (at + 1), at));
        const whole = await screenAfter(stream);
        const restored = await screenAfter(other, modes.restore, stream.subarray(at));
        assert.deepEqual(await stateOf(restored), await stateOf(whole));
      }),
      { numRuns: 150 },
    );
  });

  it('are the same after they were restored', () => {
    const stream = '\x1b[?1049h\x1b[3;7r\x1b[?1006;1002h\x1b[1;38;5;9m\x1b(0\x1b[5 q\x1b[?25l你';
    for (let end = 0; end <= Buffer.byteLength(stream); end++) {
      const first = new Modes();
      first.feed(Buffer.from(stream).subarray(0, end));
      const second = new Modes();
      second.feed(first.restore);
      assert.deepEqual(second.restore.toString('latin1'), first.restore.toString('latin1'));
    }
  });

  it('know a full-screen program, and its scroll region', async () => {
    const modes = new Modes();
    modes.feed(Buffer.from('\x1b[?1049h\x1b[2;4r'));
    assert.ok(modes.isAlternate);
    const screen = await screenAfter(modes.restore, '\x1b[5;1Hbelow\x1b[4;1Hlast\n');
    assert.equal(screen.buffer.active.getLine(2)?.translateToString(true), 'last', 'only the region scrolls');
    assert.equal(screen.buffer.active.getLine(4)?.translateToString(true), 'below');
    modes.feed(Buffer.from('\x1b[?1049l'));
    assert.ok(!modes.isAlternate);
  });

  it('keep nothing of a string however long it is, and go on behind it', async () => {
    for (const [begin, end] of [
      ['\x1b]0;', '\x07'],
      ['\x1bPq', '\x1b\\'],
      ['\x1b_', '\x1b\\'],
    ] as const) {
      const modes = new Modes();
      modes.feed(Buffer.from(begin));
      for (let n = 0; n < 100; n++) modes.feed(Buffer.alloc(64 * 1024, 'x'));
      assert.ok(modes.restore.length < 2048);
      const screen = await screenAfter(modes.restore, `xxx${end}\x1b[?2004hseen`);
      assert.equal(screen.buffer.active.getLine(0)?.translateToString(true), 'seen');
      modes.feed(Buffer.from(`${end}\x1b[?1049h`));
      assert.ok(modes.isAlternate);
    }
    const styles = new Modes();
    for (let n = 0; n < 10_000; n++) styles.feed(Buffer.from(`\x1b[1;38;2;1;2;${n % 256}m`));
    assert.ok(styles.restore.length < 2048);
  });

  it('take any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (parts) => {
        const modes = new Modes();
        for (const part of parts) modes.feed(part);
        assert.ok(modes.restore.length < 4096);
      }),
    );
  });
});
