import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { EngineFailedError, type ExecResult } from '../engine/engine.ts';
import { FakeEngine } from '../engine/fake-engine.ts';
import { silentLog } from '../log.ts';
import { LimitWatch } from './limit-watch.ts';
import { eventually, Platform } from './testing.ts';

/** An engine in whose sandboxes lab-limits prints what the test wants. */
class LimitedEngine extends FakeEngine {
  line = '';
  looks = 0;

  override async exec(): Promise<ExecResult> {
    this.looks++;
    if (this.line === 'bomb') throw new EngineFailedError('fork/exec /proc/self/exe: resource temporarily unavailable');
    return { code: 0, stdout: `${this.line}\n`, stderr: '', timedOut: false };
  }
}

/** What the learner is told after one look at each of the lines. */
async function told(...lines: string[]): Promise<string[]> {
  const engine = new LimitedEngine();
  await using platform = new Platform({ engine });
  const { feed, store } = platform;
  using _watch = new LimitWatch({ engine, store, feed, log: silentLog });
  const lab = await platform.readyLab();
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.now() });
  try {
    for (const line of lines) {
      const before = engine.looks;
      engine.line = line;
      feed.emit('stirred', lab.id);
      feed.emit('stirred', lab.id);
      mock.timers.tick(10_000);
      while (engine.looks === before) await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    }
  } finally {
    mock.timers.reset();
  }
  return platform.notices.map(({ code }) => code);
}

describe('the watch over limits', () => {
  it('tells of used-up memory only where something was killed for the lab’s own limit', async () => {
    const start = 'refused=0 killed=0 processes=0 disk=5';
    assert.deepEqual(await told(start, 'refused=9 killed=0 processes=0 disk=5'), [], 'page cache');
    assert.deepEqual(await told(start, 'refused=0 killed=1 processes=0 disk=5'), [], 'a limit of the learner’s own');
    assert.deepEqual(await told(start, 'refused=9 killed=1 processes=0 disk=5'), ['memory-limit']);
  });

  it('tells of each new refusal of a process, also where not even the look can start', async () => {
    const line = 'refused=0 killed=0 processes=1 disk=5';
    assert.deepEqual(await told(line, line, 'bomb'), ['process-limit', 'process-limit']);
  });

  it('tells once that the disk is full, and again after it was not', async () => {
    const [full, empty] = ['refused=0 killed=0 processes=0 disk=100', 'refused=0 killed=0 processes=0 disk=10'];
    assert.deepEqual(await told(full, full, empty, full), ['disk-limit', 'disk-limit']);
  });

  it('says nothing about an answer that it does not understand', async () => {
    assert.deepEqual(await told('sh: lab-limits: not found'), []);
  });

  it('looks at a lab at most every five seconds, however much happens in it', async () => {
    const engine = new LimitedEngine();
    await using platform = new Platform({ engine });
    const { feed, store } = platform;
    using _watch = new LimitWatch({ engine, store, feed, log: silentLog });
    const lab = await platform.readyLab();
    for (let n = 0; n < 100; n++) feed.emit('stirred', lab.id);
    await eventually(() => engine.looks === 1);
    for (let n = 0; n < 100; n++) feed.emit('stirred', lab.id);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(engine.looks, 1);
  });
});
