import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openData, openRung } from '../cli/prepare.ts';
import { createApp, spawnNodePty } from '../server/app.ts';

/** Labs that live at the same time. */
const width = 3;
/** A life is at most so long, ms. */
const longestMs = 3000;

/*
 * A platform in a process of its own, to be killed: labs begin, get a shell, are reset and end in it, until a SIGTERM; those that
 * an earlier one has left are adopted, then ended.
 * Says "life" when one begins and "up REF" when its sandbox is there.
 */
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const { config, store } = openData(process.env);
const rung = await openRung(config, store);
await using app = await createApp({ config, rung, overrides: { store } });
await app.start();
const adopted = (await store.labsIn(['starting', 'ready'])).map(({ id }) => app.manager.end(id, 'learner', 'learner'));
await Promise.all([...adopted, ...Array.from({ length: width }, live)]);

async function live(): Promise<void> {
  const { manager, engine, labs } = app;
  const [spec] = labs.specs;
  while (!stop.signal.aborted && spec) {
    const learner = randomBytes(5).toString('hex');
    await store.createLearner(learner, Date.now());
    const claimed = await manager.claim(learner, spec.id);
    console.log('life');
    const id = 'lab' in claimed ? claimed.lab.id : undefined;
    if (!id) continue;
    for (const generation of [1, 2]) {
      while ((await manager.get(id)).state === 'starting') await sleep(20);
      const sandbox = await store.sandboxOf(id);
      if (!sandbox?.engineRef || (await manager.get(id)).state !== 'ready') break;
      console.log(`up ${sandbox.engineRef}`);
      const command = engine.shellCommand(sandbox.engineRef, { terminal: 'host', chain: [], columns: 80, rows: 24 });
      const pty = spawnNodePty(command, { columns: 80, rows: 24 }, { onData: () => {}, onExit: () => {} });
      await sleep(Math.random() * longestMs);
      pty.kill();
      if (generation === 1 && Math.random() < 0.5) await manager.reset(id, 'learner').catch(() => undefined);
      else break;
    }
    await manager.end(id, 'learner', 'learner');
  }
}
