import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { EngineFailedError, type ExecResult } from '../engine/engine.ts';
import { FakeEngine } from '../engine/fake-engine.ts';
import { silentLog } from '../log.ts';
import { eventually } from '../testing.ts';
import { LimitWatch } from './limit-watch.ts';
import { Platform } from './testing.ts';

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
  it('tells each time that memory was refused', async () => {
    const [once, twice] = ['memory=1 processes=3 disk=5', 'memory=9 processes=3 disk=5'];
    assert.deepEqual(await told('memory=0 processes=3 disk=5'), []);
    assert.deepEqual(await told(once, once, twice), ['memory-limit', 'memory-limit']);
  });

  it('tells once that processes or disk are used up, and again after they were not', async () => {
    const [full, empty] = ['memory=0 processes=100 disk=99', 'memory=0 processes=20 disk=20'];
    const both = ['process-limit', 'disk-limit'];
    assert.deepEqual(await told(full, full, empty, full), [...both, ...both]);
  });

  it('knows that there are no processes left where not even the look can start', async () => {
    assert.deepEqual(await told('memory=0 processes=20 disk=20', 'bomb', 'bomb'), ['process-limit']);
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
