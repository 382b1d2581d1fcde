import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TestLab, testLab } from '../engine/testing.ts';
import { Feed } from '../labs/feed.ts';
import { silentLog } from '../log.ts';
import { locateShells } from '../maps/locate.ts';
import type { LabRow } from '../store/store.ts';
import { eventually } from '../testing.ts';
import { spawnNodePty } from './node-pty.ts';
import { Recordings } from './recordings.ts';
import type { Viewer } from './terminal.ts';
import { Terminals } from './terminals.ts';
import { Transcripts } from './transcript.ts';

const lab = { id: 'lab', state: 'ready', generation: 1 } as LabRow;
const deadlineMs = 60_000;
const nothing = () => undefined;

describe('the terminals of a real lab', { timeout: 300_000 }, () => {
  let sandbox: TestLab;
  let folder: string;
  let terminals: Terminals;

  before(async () => {
    sandbox = await testLab();
    folder = await mkdtemp(join(tmpdir(), 'matryoshka-terminals-'));
    const { engine, ref, spec } = sandbox;
    terminals = new Terminals({
      ...{ engine, spawn: spawnNodePty, feed: new Feed(), log: silentLog },
      locate: (of) => locateShells(engine, of),
      transcripts: new Transcripts(join(folder, 'transcripts')),
      recordings: new Recordings(join(folder, 'recordings')),
      ...{ onActivity: nothing, onChange: nothing },
    });
    await terminals.open(lab, ref, spec);
    await run(`docker run -d --privileged --name dind docker:dind
      until docker exec dind docker info; do sleep 0.2; done
      docker save alpine | docker exec -i dind docker load
      docker exec dind docker run -d --name inner alpine sleep 3600`);
  });

  after(async () => {
    await terminals?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
    await sandbox?.[Symbol.asyncDispose]();
  });

  const run = (script: string) => sandbox.run(script);

  /** Looks on as the learner's page does. */
  function attach(name: string): { type(text: string): void } & Disposable {
    const send = (frame: { type: string; offset?: number; bytes?: Uint8Array }) => {
      const { type, offset, bytes } = frame;
      if (type === 'output') viewer.receive({ type: 'ack', offset: (offset ?? 0) + (bytes?.length ?? 0) });
    };
    const viewer: Viewer = terminals
      .get(lab.id, name)
      .attach({ role: 'learner', close: nothing, send: (frame) => void setImmediate(send, frame) }, 0, undefined);
    return {
      type: (text) => viewer.receive({ type: 'input', bytes: Buffer.from(text) }),
      [Symbol.dispose]: () => viewer[Symbol.dispose](),
    };
  }

  async function stands(name: string, chain: string[], daemon: string | undefined): Promise<void> {
    const end = Date.now() + deadlineMs;
    const now = () => terminals.get(lab.id, name).here;
    while (now().chain.join('/') !== chain.join('/') && Date.now() < end) {
      await terminals.locate(lab.id);
      await sleep(100);
    }
    assert.deepEqual(now(), { level: chain.length + 1, chain, ...(daemon ? { daemon } : {}) });
  }

  const shellsIn = async (container: string) => Number(await run(`docker exec ${container} pgrep -c -x sh || true`));

  it('are found where their learner took them, however deep, and on his way back', async () => {
    using shell = attach('host');
    await stands('host', [], 'host');
    shell.type('docker exec -it dind sh\r');
    await stands('host', ['dind'], 'dind');
    shell.type('docker exec -it inner sh\r');
    await stands('host', ['dind', 'inner'], undefined);
    shell.type('exit\r');
    await stands('host', ['dind'], 'dind');
    shell.type('exit\r');
    await stands('host', [], 'host');
  });

  it('end with every shell that they led to', async () => {
    const before = await shellsIn('dind');
    const { name } = terminals.create(lab.id, []);
    using shell = attach(name);
    shell.type('docker exec -it dind sh\r');
    await stands(name, ['dind'], 'dind');
    shell.type('docker exec -it inner sh\r');
    await stands(name, ['dind', 'inner'], undefined);
    assert.ok((await shellsIn('dind')) > before);
    await terminals.end(lab.id, name);
    await eventually(async () => (await shellsIn('dind')) === before, deadlineMs);
    assert.equal(await run(`ls /run/lab/terminals | grep -c '^${name}\\.' || true`), '0');
  });

  it('of which nobody knows any more are ended by the next look', async () => {
    const stray = spawnNodePty(
      sandbox.engine.shellCommand(sandbox.ref, { terminal: 'stray', chain: [], columns: 80, rows: 24 }),
      { columns: 80, rows: 24 },
      { onData: nothing, onExit: nothing },
    );
    const isThere = async () => (await run('ls /run/lab/terminals')).includes('stray.pid');
    while (!(await isThere())) await sleep(100);
    using shell = attach('host');
    shell.type('\r'); // somebody works in the lab
    const end = Date.now() + deadlineMs;
    while ((await isThere()) && Date.now() < end) await sleep(100);
    assert.equal(await isThere(), false);
    stray.kill();
  });
});
