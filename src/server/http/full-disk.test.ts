import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeViewerFrame } from '../../shared/terminal-protocol.ts';
import { type Store, StoreError } from '../store/store.ts';
import { eventually } from '../testing.ts';
import { openServer } from './testing.ts';

/** The store as on a disk without room; a rejection that nobody hears fails the test, as it would end the server. */
function fill(store: Store, ...methods: (keyof Store)[]): Disposable {
  const full = async () => {
    throw new StoreError('database or disk is full');
  };
  for (const method of methods) Object.defineProperty(store, method, { value: full, configurable: true });
  return {
    [Symbol.dispose]() {
      for (const method of methods) delete store[method];
    },
  };
}

it('lives through a full disk while a learner types, looks at a step, and ends', async (t) => {
  const server = await openServer(t);
  const browser = await server.browser().enter();
  const lab = await browser.readyLab();
  using events = await browser.socket('/ws/events').opened();
  const ticket = await browser.ticket(lab.id);
  using terminal = await browser.socket(`/ws/labs/${lab.id}/terminals/host?ticket=${ticket}`).opened();
  await eventually(() => terminal.output.includes('$ '));
  {
    using _ = fill(server.app.store, 'recordProgress', 'changeLab', 'changeSandbox', 'labsIn', 'sandboxesIn', 'lab');
    terminal.raw.send(encodeViewerFrame({ type: 'input', bytes: Buffer.from('echo st""ill\r') }));
    await eventually(() => terminal.output.includes('\r\nstill'));
    const refused = await browser.ask('GET', `/api/labs/${lab.id}`);
    assert.deepEqual([refused.status, refused.body.code], [503, 'store-failed']);
    // Longer than a round of the reaper.
    await sleep(1200);
  }
  {
    using _ = fill(server.app.store, 'recordProgress');
    const viewing = { type: 'viewing', place: { lesson: 'box', step: 'start' }, visible: true };
    events.raw.send(JSON.stringify(viewing));
    await sleep(50);
  }
  assert.equal((await browser.ask('DELETE', `/api/labs/${lab.id}`)).status, 200);
});
