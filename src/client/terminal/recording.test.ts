import assert from 'node:assert/strict';
import test from 'node:test';
import { parseRecording, plainText, printed, RecordingError, sizeOf } from './recording.ts';

const header = '{"version":2,"width":80,"height":24}';

test('output and sizes are read, input and markers are not', () => {
  const recording = parseRecording(
    [header, '[0.5,"o","a"]', '[1,"i","typed"]', '[1.5,"m","mark"]', '[2,"r","100x30"]', '[3.25,"o","b"]', ''].join(
      '\n',
    ),
  );
  assert.deepEqual(
    recording.events.map(({ at, kind, data }) => [at, kind, data]),
    [
      [0.5, 'output', 'a'],
      [2, 'size', '100x30'],
      [3.25, 'output', 'b'],
    ],
  );
  assert.equal(recording.duration, 3.25);
  assert.deepEqual(recording.events[1] && sizeOf(recording.events[1]), { columns: 100, rows: 30 });
});

test('times never run back, and a line that was cut off is left out', () => {
  const { events } = parseRecording([header, '[2,"o","a"]', '[1,"o","b"]', '[3,"o","c'].join('\n'));
  assert.deepEqual(
    events.map(({ at }) => at),
    [2, 2],
  );
});

test('what is no recording, or larger than any screen, is refused', () => {
  for (const text of ['', 'x', '{"version":1,"width":80,"height":24}', '{"version":2,"width":80,"height":100000}']) {
    assert.throws(() => parseRecording(text), RecordingError, text);
  }
  assert.equal(sizeOf({ at: 0, kind: 'size', data: '99999x1' }), undefined);
});

test('the text alternative has neither colors nor what was overwritten', () => {
  const output = '\x1b]0;title\x07\x1b[1;31mred\x1b[0m\r\n 10%\r100%\r\n\x1b(Bdone\x07';
  const text = plainText(printed(parseRecording(`${header}\n${JSON.stringify([0, 'o', output])}`)));
  assert.equal(text, 'red\n100%\ndone');
});
