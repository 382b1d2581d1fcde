import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Core } from '../server/app.ts';
import { runParts } from './parts.ts';
import { type Row, row } from './row.ts';
import { benchHostile } from './terminal-hostile.ts';
import { benchFrozen, benchIdle } from './terminal-memory.ts';
import { linesSeen, pressToPainted, run } from './terminal-page.ts';
import { openStage, type Peer } from './terminal-stage.ts';

const keysPerRound = 50;
const rounds = 5;
/** Lines of 25 bytes: 50 MB. */
const lines = 2_000_000;
const slowBytesPerSecond = 256 * 1024;
const prompt = /# ?$/;

const parts = {
  echo: benchEcho,
  cat: benchCat,
  'ctrl-c': (core: Core) => benchInterrupt(core, rounds),
  'slow-line': (core: Core) => benchInterrupt(core, 3, slowBytesPerSecond),
  reload: benchReload,
  frozen: benchFrozen,
  hostile: benchHostile,
  idle: benchIdle,
};

/** Ours beside wetty, which drives the same shell of the same kind of sandbox, in one Chromium; all parts, or those named. */
export const benchTerminal = (core: Core, named: readonly string[]) => runParts(core, parts, named);

type Measure = (page: Page, peer: Peer, round: number) => Promise<number[]>;

/** Both by turns, so that the machine's other work meets both. */
async function compare(
  peers: readonly Peer[],
  what: string,
  unit: Row['unit'],
  times: number,
  measure: Measure,
): Promise<Row[]> {
  const opened: { peer: Peer; page: Page; found: number[] }[] = [];
  for (const peer of peers) opened.push({ peer, page: await peer.open(), found: [] });
  for (let round = 0; round < times; round++) {
    for (const { peer, page, found } of opened) {
      await page.bringToFront();
      found.push(...(await measure(page, peer, round)));
    }
  }
  for (const { page } of opened) await page.context().close();
  const wetty = opened.find(({ peer }) => peer.name === 'wetty')?.found;
  return opened.map(({ peer: { name }, found }) =>
    row(`${name}: ${what}`, unit, found, name === 'ours' ? wetty : undefined),
  );
}

async function benchEcho(core: Core): Promise<Row[]> {
  await using stage = await openStage(core);
  const quiet = await compare(stage.peers, 'key → painted echo', 'ms', 2, echoes);
  const flooded = await compare(stage.peers, 'the same while another terminal floods', 'ms', 2, async (page, peer) => {
    const other = await peer.openSecond(page);
    await run(other, 'yes', /y\ny\ny/);
    const times = await echoes(page);
    await other.bringToFront();
    await pressToPainted(other, 'Control+C', prompt);
    await other.close();
    return times;
  });
  return [...quiet, ...flooded];
}

/** One key after the other, at the pace of a quick typist. */
async function echoes(page: Page): Promise<number[]> {
  const times: number[] = [];
  await page.bringToFront();
  await run(page, 'clear', /^[^\n]*# ?$/);
  let typed = '';
  for (let n = 0; n < keysPerRound; n++) {
    const key = 'abcdefghij'[n % 10] ?? 'a';
    typed += key;
    times.push(await pressToPainted(page, key, new RegExp(`${typed}$`)));
    await sleep(60);
  }
  await page.keyboard.press('Control+C');
  return times;
}

async function benchCat(core: Core): Promise<Row[]> {
  await using stage = await openStage(core);
  const lost: Record<Peer['name'], number[]> = { wetty: [], ours: [] };
  const speeds = await compare(stage.peers, '50 MB cat', 'MB/s', 3, async (page, { name }, round) => {
    if (round === 0) await run(page, `clear; seq -f 'line %019.0f' ${lines} > /tmp/lines; echo ma''de`, /^made$/m);
    const before = await linesSeen(page);
    const ms = await run(page, `cat /tmp/lines; echo ca''t-${round}`, new RegExp(`^cat-${round}$`, 'm'), 300_000);
    lost[name].push(Math.max(0, lines - ((await linesSeen(page)) - before)));
    return [(lines * 25) / 1000 / ms];
  });
  return [...speeds, ...stage.peers.map(({ name }) => row(`${name}: 50 MB cat, lost`, 'lines', lost[name]))];
}

async function benchInterrupt(core: Core, times: number, bytesPerSecond?: number): Promise<Row[]> {
  await using stage = await openStage(core, bytesPerSecond);
  const line = bytesPerSecond ? `, ${bytesPerSecond / 1024} KiB/s` : '';
  return await compare(stage.peers, `Ctrl-C in endless yes → prompt${line}`, 'ms', times, async (page) => {
    await run(page, 'clear; yes', /y\ny\ny$/, 120_000);
    await sleep(2000);
    const took = await pressToPainted(page, 'Control+C', prompt, 120_000);
    await sleep(500);
    return [took];
  });
}

async function benchReload(core: Core): Promise<Row[]> {
  await using stage = await openStage(core);
  const page = await stage.ours.open();
  await run(page, `clear; seq 1000; echo res''tored`, /^restored$/m);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await page.reload({ waitUntil: 'commit' });
    times.push(await page.evaluate(shown, 'restored'));
    await sleep(1000);
  }
  return [row('ours: reload → screen as it was', 'ms', times)];
}

/** In the page: from its first moment until the word stands on screen, ms. */
function shown(word: string): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.querySelector('.xterm-rows')?.textContent?.includes(word)) resolve(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
}
