import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type BrowserServer, chromium, type Page } from '@playwright/test';
import { Server } from '../../e2e/server.ts';
import config from '../../playwright.config.ts';
import { type Core, spawnNodePty } from '../server/app.ts';
import { type Distribution, distribution } from './distribution.ts';
import { hostile } from './hostile.ts';
import { slowLine } from './slow-line.ts';
import { focusTerminal, linesSeen, longestBlock, observe, pressToPainted, run } from './terminal-page.ts';
import { shellName, startWetty } from './terminal-peers.ts';

const keys = 100;
const rounds = 5;
const idleTerminals = 20;
/** Lines of 25 bytes: 50 MB. */
const lines = 2_000_000;
/** How long the browser stands still, ms. */
const frozenMs = 20_000;
const slowBytesPerSecond = 256 * 1024;
const prompt = /# ?$/;
const lesson = '/en/lessons/one-process-three-pids/';

interface Row extends Distribution {
  what: string;
}
type Add = (what: string, values: readonly number[]) => void;

/** Ours and wetty, which drive the same shell of the same kind of sandbox, in one Chromium. */
export async function benchTerminal(core: Core): Promise<{ unit: string; results: Row[] }> {
  const results: Row[] = [];
  const add: Add = (what, values) => {
    results.push({ what, ...distribution(values) });
    console.error(`${what}: ${values.map(Math.round).join(' ')}`);
  };
  await using things = new AsyncDisposableStack();
  const server = things.use(await Server.start());
  const spec = core.labs.specs[0];
  if (!spec) throw new Error('there is no lab');
  const sandbox = await core.sandboxes.create(spec, { purpose: 'test', leaseUntil: Date.now() + 3_600_000 });
  things.defer(() => core.sandboxes.remove(sandbox));
  const shell = { terminal: shellName, chain: [], columns: 80, rows: 24 };
  const wetty = things.use(await startWetty(core.engine.shellCommand(sandbox.engineRef, shell)));

  // A name for the same server by a slow line; the server takes it for what it is, a loopback address.
  const slow = things.use(await slowLine(Number(new URL(server.address).port), slowBytesPerSecond));
  const slowWetty = things.use(await slowLine(wetty.port, slowBytesPerSecond));
  const quick = things.use(await startBrowser([]));
  const throughSlowLine = things.use(
    await startBrowser([
      `--host-resolver-rules=MAP localhost:${new URL(server.address).port} 127.0.0.1:${slow.port},MAP localhost:${wetty.port} 127.0.0.1:${slowWetty.port}`,
    ]),
  );

  const wettyAddress = `http://127.0.0.1:${wetty.port}/`;
  const openWetty = (browser: Browser) => openPage(browser, wettyAddress);
  for (const [name, open] of [
    ['wetty', openWetty],
    ['ours', (browser: Browser) => openLab(browser, server.address)],
  ] as const) {
    const page = await open(quick.browser);
    add(`${name}: key → painted echo, ms`, await echoes(page));
    const other = await (name === 'ours' ? openSecond(page) : openWetty(quick.browser));
    await run(other, 'yes', /y\ny\ny/);
    add(`${name}: key → painted echo while another terminal floods, ms`, await echoes(page));
    await other.keyboard.press('Control+C');
    await other.close();
    await cat(page, name, add);
    add(`${name}: Ctrl-C in endless yes → prompt, ms`, await interrupts(page, rounds));
    if (name === 'ours') {
      add('ours: reload → screen as it was, ms', await reloads(page));
      await freeze(page, quick.server, server.pid, add);
      await hostileBlocks(page, quick.browser, server, add);
    }
    await page.close();
  }
  for (const [name, open] of [
    ['wetty', () => openPage(throughSlowLine.browser, `http://localhost:${wetty.port}/`)],
    ['ours', () => openLab(throughSlowLine.browser, server.address.replace('127.0.0.1', 'localhost'))],
  ] as const) {
    add(`${name}: Ctrl-C in endless yes → prompt, 256 KiB/s, ms`, await interrupts(await open(), 3));
  }
  await idle(core, sandbox.engineRef, add);
  return { unit: 'ms; MB/s; MB; lines', results };
}

async function startBrowser(more: string[]): Promise<{ browser: Browser; server: BrowserServer } & AsyncDisposable> {
  const { executablePath, args = [] } = config.use?.launchOptions ?? {};
  // Both draw with elements: what would draw here in their stead is a renderer in software.
  const server = await chromium.launchServer({
    ...(executablePath ? { executablePath } : {}),
    args: [...args, '--disable-3d-apis', ...more],
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return { browser, server, [Symbol.asyncDispose]: () => server.close() };
}

async function openPage(browser: Browser, address: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.addInitScript(observe);
  await page.goto(address);
  await page.locator('.xterm-rows').filter({ hasText: '#' }).first().waitFor({ timeout: 60_000 });
  return page;
}

async function openLab(browser: Browser, address: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.addInitScript(observe);
  await page.goto(address + lesson);
  await page.getByRole('button', { name: 'Start the lab' }).click();
  await page.locator('.xterm-rows').filter({ hasText: '#' }).first().waitFor({ timeout: 90_000 });
  return page;
}

/** A second window of the same learner with a terminal of its own. */
async function openSecond(first: Page): Promise<Page> {
  const page = await first.context().newPage();
  await page.addInitScript(observe);
  await page.goto(first.url());
  await page.getByRole('button', { name: 'New terminal on L1' }).click();
  await page.locator('[role=tab][data-terminal="host-2"][aria-selected="true"]').waitFor();
  await page.locator('.xterm-rows:visible').filter({ hasText: '#' }).waitFor();
  return page;
}

/** One key after the other, at the pace of a quick typist. */
async function echoes(page: Page): Promise<number[]> {
  const times: number[] = [];
  await page.bringToFront();
  await run(page, 'clear', /^[^\n]*# ?$/);
  let typed = '';
  for (let n = 0; n < keys; n++) {
    const key = 'abcdefghij'[n % 10] ?? 'a';
    typed += key;
    times.push(await pressToPainted(page, key, new RegExp(`${typed}$`)));
    await sleep(60);
    if (typed.length < 50) continue;
    await page.keyboard.press('Control+C');
    await sleep(200);
    typed = '';
  }
  return times;
}

async function cat(page: Page, name: string, add: Add): Promise<void> {
  await run(page, `clear; seq -f 'line %019.0f' ${lines} > /tmp/lines; echo ma''de`, /^made$/m);
  const speeds: number[] = [];
  const lost: number[] = [];
  for (let round = 0; round < 3; round++) {
    const before = await linesSeen(page);
    const ms = await run(page, `cat /tmp/lines; echo ca''t-${round}`, new RegExp(`^cat-${round}$`, 'm'), 300_000);
    speeds.push((lines * 25) / 1000 / ms);
    lost.push(Math.max(0, lines - ((await linesSeen(page)) - before)));
  }
  add(`${name}: 50 MB cat, MB/s`, speeds);
  add(`${name}: 50 MB cat, lines lost`, lost);
}

async function interrupts(page: Page, times: number): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < times; round++) {
    await run(page, 'clear; yes', /y\ny\ny$/, 120_000);
    await sleep(2000);
    found.push(await pressToPainted(page, 'Control+C', prompt, 120_000));
    await sleep(500);
  }
  return found;
}

async function reloads(page: Page): Promise<number[]> {
  await run(page, `clear; seq 1000; echo res''tored`, /^restored$/m);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await page.reload({ waitUntil: 'commit' });
    times.push(
      await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const look = () => {
              const text = document.querySelector('.xterm-rows')?.textContent ?? '';
              if (text.includes('restored')) resolve(performance.now());
              else requestAnimationFrame(look);
            };
            look();
          }),
      ),
    );
  }
  return times;
}

/** All processes of the browser stand still while the shell floods. */
async function freeze(page: Page, browser: BrowserServer, server: number, add: Add): Promise<void> {
  await run(page, 'clear; yes', /y\ny\ny$/);
  await sleep(2000);
  const before = await memoryOf(server, 'VmRSS');
  const pids = await descendants(browser.process().pid ?? 0);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await sleep(frozenMs);
  const grown = (await memoryOf(server, 'VmRSS')) - before;
  for (const pid of pids.reverse()) process.kill(pid, 'SIGCONT');
  add('ours: browser stands still for 20 s in a flood, growth of the server, MB', [grown]);
  await focusTerminal(page);
  add('ours: Ctrl-C after that → prompt, ms', [await pressToPainted(page, 'Control+C', prompt)]);
}

/** How long each stream of the corpus holds the main thread at a stretch, at most. */
async function hostileBlocks(page: Page, browser: Browser, server: Server, add: Add): Promise<void> {
  const watcher = await (await browser.newContext()).newPage();
  await watcher.addInitScript(observe);
  await watcher.goto(server.instructorLink);
  await watcher.getByRole('button', { name: /Over the shoulder/ }).click();
  await watcher.locator('lab-terminal[data-link="open"]').waitFor();
  await page.bringToFront();
  const blocks: Record<'learner' | 'watcher' | 'replay', number[]> = { learner: [], watcher: [], replay: [] };
  for (const [index, [name, perl]] of Object.entries(hostile).entries()) {
    const mark = `end-of-${index}`;
    const stream = `perl -e '${perl.replaceAll("'", String.raw`'\''`)}'; printf '\\033\\\\\\033c'; echo end-''of-${index}`;
    await focusTerminal(page);
    await page.keyboard.press('Control+C');
    await longestBlock(page);
    await longestBlock(watcher);
    await run(page, stream, new RegExp(`^${mark}$`, 'm'), 120_000);
    await watcher.locator('.xterm-rows').filter({ hasText: mark }).first().waitFor({ timeout: 120_000 });
    const learner = await longestBlock(page);
    blocks.learner.push(learner);
    blocks.watcher.push(await longestBlock(watcher));
    await page.reload();
    await page.locator('.xterm-rows').filter({ hasText: mark }).first().waitFor();
    blocks.replay.push(await longestBlock(page));
    console.error(`${name}: ${learner}, ${blocks.watcher.at(-1)}, ${blocks.replay.at(-1)} ms`);
  }
  await watcher.context().close();
  for (const [who, times] of Object.entries(blocks)) add(`hostile streams: longest block, ${who}, ms`, times);
}

/** Shells of ours that nobody uses: their processes on this machine and in the lab, by their share of memory. */
async function idle({ engine }: Core, ref: string, add: Add): Promise<void> {
  const inLab = async () => {
    const script = "cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ {n += $2} END {print n}'";
    return Number((await engine.exec(ref, ['sh', '-c', script])).stdout) / 1024;
  };
  const before = await inLab();
  const names = Array.from({ length: idleTerminals }, (_, n) => `idle-${n}`);
  const shells = names.map((terminal) =>
    spawnNodePty(
      engine.shellCommand(ref, { terminal, chain: [], columns: 80, rows: 24 }),
      { columns: 80, rows: 24 },
      { onData: () => undefined, onExit: () => undefined },
    ),
  );
  await sleep(8000);
  const grown = (await inLab()) - before;
  let clients = 0;
  for (const pid of await descendants(process.pid)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (/idle-\d/.test(command)) clients += await memoryOf(pid, 'Pss', 'smaps_rollup');
  }
  for (const each of shells) each.kill();
  add(`idle terminal, of ${idleTerminals}: docker’s command line, MB`, [clients / idleTerminals]);
  add(`idle terminal, of ${idleTerminals}: in the lab, MB`, [grown / idleTerminals]);
}

async function memoryOf(pid: number, field: 'VmRSS' | 'Pss', file = 'status'): Promise<number> {
  const text = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
}

/** A process and all below it, parents first. */
async function descendants(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    const stat = /^\d+$/.test(entry) ? await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '') : '';
    if (stat) parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}
