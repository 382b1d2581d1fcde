import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fakeSpec } from '../labs/testing.ts';
import { describeEngine } from './engine.contract.ts';
import { EngineDownError, EngineFailedError, NotReadyError } from './engine.ts';
import { FakeEngine } from './fake-engine.ts';

describeEngine('FakeEngine', async () => {
  const engine = new FakeEngine();
  return { engine, spec: fakeSpec(), shortLease: 150, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
});

describe('FakeEngine behaving badly', () => {
  const request = { id: 'one', shape: 'box', spec: fakeSpec(), leaseUntil: Date.now() + 60_000 };

  it('answers nothing while it is down', async () => {
    await using engine = new FakeEngine();
    const ref = await engine.create(request);
    engine.setDown(true);
    await assert.rejects(engine.info(), EngineDownError);
    await assert.rejects(engine.exec(ref, ['true']), EngineDownError);
    await assert.rejects(engine.remove(ref), EngineDownError);
    engine.setDown(false);
    await engine.remove(ref);
  });

  it('fails to create with the words it was given', async () => {
    await using engine = new FakeEngine({ createFails: 'no space left' });
    await assert.rejects(engine.create(request), (error) => {
      assert.ok(error instanceof EngineFailedError);
      assert.equal(error.message, 'no space left');
      return true;
    });
  });

  it('never becomes ready, and says what it printed last', async () => {
    await using engine = new FakeEngine({ neverReady: true });
    const ref = await engine.create(request);
    await assert.rejects(engine.waitReady(ref, 20), (error) => {
      assert.ok(error instanceof NotReadyError);
      assert.equal(error.lastOutput, 'fake output');
      return true;
    });
  });
});
