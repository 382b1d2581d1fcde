import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  decodeServerFrame,
  decodeViewerFrame,
  encodeServerFrame,
  encodeViewerFrame,
  FrameError,
  frameTypes,
  maxCells,
  maxViewerFrame,
  type ServerFrame,
  type ViewerFrame,
} from './terminal-protocol.ts';

const owner = { role: 'learner', keyboard: 'learner', canWrite: true } as const;
const watcher = { role: 'instructor', keyboard: 'learner', canWrite: false } as const;
const bytes = (length: number) => Uint8Array.from({ length }, (_, n) => n % 256);
const offsets = [0, 1, 255, 2 ** 31, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];

describe('terminal frames', () => {
  it('of the server come out as they went in', () => {
    const frames: ServerFrame[] = [
      ...offsets.flatMap((offset): ServerFrame[] => [
        { type: 'output', offset, bytes: bytes(offset % 300) },
        { type: 'gap', from: 0, to: offset },
        { type: 'state', state: { ...owner, columns: 80, rows: 24, liveFrom: offset, shell: 'running' } },
      ]),
      { type: 'modes', bytes: bytes(300) },
      { type: 'state', state: { ...watcher, columns: 1, rows: 500, liveFrom: 0, shell: 'exited', exitCode: 137 } },
    ];
    for (const frame of frames) assert.deepEqual(decodeServerFrame(encodeServerFrame(frame)), frame);
  });

  it('of a viewer come out as they went in', () => {
    const frames: ViewerFrame[] = [
      ...offsets.map((offset): ViewerFrame => ({ type: 'ack', offset })),
      ...[true, false].map((take): ViewerFrame => ({ type: 'keyboard', take })),
      ...[0, 1, 1000, maxViewerFrame].map((length): ViewerFrame => ({ type: 'input', bytes: bytes(length) })),
      ...[1, 80, maxCells].map((columns): ViewerFrame => ({ type: 'resize', columns, rows: maxCells })),
    ];
    for (const frame of frames) assert.deepEqual(decodeViewerFrame(encodeViewerFrame(frame)), frame);
  });

  it('are read from the middle of a larger buffer', () => {
    const frame = encodeViewerFrame({ type: 'resize', columns: 80, rows: 24 });
    const larger = new Uint8Array(20).fill(255);
    larger.set(frame, 7);
    assert.deepEqual(decodeViewerFrame(larger.subarray(7, 12)), { type: 'resize', columns: 80, rows: 24 });
  });

  it('that are truncated, too long or of an unknown type are refused', () => {
    const { resize, ack, keyboard, input, output, gap } = frameTypes;
    const bad = [
      [],
      [0],
      [99],
      [output],
      [resize],
      [resize, 0, 80, 0],
      [resize, 0, 80, 0, 24, 0],
      [ack, 1],
      [ack, ...bytes(9)],
      [keyboard],
      [keyboard, 2],
      [keyboard, 1, 0],
    ];
    for (const frame of bad) assert.throws(() => decodeViewerFrame(Uint8Array.from(frame)), FrameError, `${frame}`);
    assert.throws(() => decodeViewerFrame(Uint8Array.from([input, ...bytes(maxViewerFrame + 1)])), FrameError);
    for (const frame of [[], [input, 1], [output, 1, 2], [gap, ...bytes(15)]]) {
      assert.throws(() => decodeServerFrame(Uint8Array.from(frame)), FrameError, `${frame}`);
    }
  });

  it('with a size of nothing or of more cells than allowed are refused', () => {
    const resize = (columns: number, rows: number) =>
      Uint8Array.from([frameTypes.resize, columns >> 8, columns & 255, rows >> 8, rows & 255]);
    for (const [columns, rows] of [
      [0, 24],
      [80, 0],
      [maxCells + 1, 24],
      [80, maxCells + 1],
      [65535, 65535],
    ] as const) {
      assert.throws(() => decodeViewerFrame(resize(columns, rows)), FrameError);
    }
    // What 10⁹ becomes in 16 bits is refused, too.
    assert.throws(() => decodeViewerFrame(encodeViewerFrame({ type: 'resize', columns: 1e9, rows: 24 })), FrameError);
  });

  it('with an offset beyond exact numbers are refused', () => {
    assert.throws(() => decodeViewerFrame(Uint8Array.from([frameTypes.ack, ...new Array(8).fill(255)])), FrameError);
  });

  it('are whatever bytes come, understood or refused, and never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...Object.values(frameTypes)), (data, type) => {
        const bytes = Uint8Array.from([type, ...data]);
        for (const frame of [data, bytes]) {
          try {
            assert.deepEqual(encodeViewerFrame(decodeViewerFrame(frame)), frame);
          } catch (error) {
            assert.ok(error instanceof FrameError, `${error}`);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
