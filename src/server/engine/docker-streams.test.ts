import assert from 'node:assert/strict';
import { it } from 'node:test';
import { splitLines, translate } from './docker-streams.ts';
import { EngineDownError } from './engine.ts';

it('lines that never end do not fill our memory', async () => {
  async function* chunks() {
    yield Buffer.from('one\ntw');
    yield Buffer.from('o\n');
    for (let n = 0; n < 64; n++) yield Buffer.alloc(2 ** 16, 97);
    yield Buffer.from('end\nthree');
  }
  const lines = await Array.fromAsync(splitLines(chunks(), new AbortController().signal));
  assert.deepEqual([lines[0], lines[1], lines[3], lines.length], ['one', 'two', 'three', 4]);
  assert.ok((lines[2]?.length ?? 0) < 2 ** 21, `a line of ${lines[2]?.length}`);
  assert.ok(lines[2]?.endsWith('end'));
});

it('an engine that keeps silent does not answer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = translate(new Promise(() => {}));
  t.mock.timers.tick(60_000);
  await assert.rejects(asked, EngineDownError);
});
