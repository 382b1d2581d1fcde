import { type Browser, type BrowserServer, chromium, type Page } from '@playwright/test';
import { Server } from '../../e2e/server.ts';
import config from '../../playwright.config.ts';
import type { Core } from '../server/app.ts';
import { slowLine } from './slow-line.ts';
import { observe } from './terminal-page.ts';
import { shellName, startWetty } from './terminal-peers.ts';

const lesson = '/en/lessons/one-process-three-pids/';
const viewport = { width: 1440, height: 900 };

/** A web terminal with the shell of a sandbox in it. */
export interface Peer {
  name: 'ours' | 'wetty';
  /** A window with a shell at its prompt. */
  open(): Promise<Page>;
  /** A second window with a shell of its own. */
  openSecond(first: Page): Promise<Page>;
}

export interface Stage extends AsyncDisposable {
  server: Server;
  browser: Browser;
  /** The browser's first process. */
  browserPid: number;
  ours: Peer;
  peers: readonly Peer[];
}

/** Ours, wetty, and a browser that reaches them; by a line of so many bytes a second, when that is asked for. */
export async function openStage(core: Core, bytesPerSecond?: number): Promise<Stage> {
  await using things = new AsyncDisposableStack();
  const server = things.use(await Server.start());
  const spec = core.labs.specs[0];
  if (!spec) throw new Error('there is no lab');
  const sandbox = await core.sandboxes.create(spec, { purpose: 'test', leaseUntil: Date.now() + 3_600_000 });
  things.defer(() => core.sandboxes.remove(sandbox));
  const shell = { terminal: shellName, chain: [], columns: 80, rows: 24 };
  const wetty = things.use(await startWetty(core.engine.shellCommand(sandbox.engineRef, shell)));

  const ports = [Number(new URL(server.address).port), wetty.port];
  // Names for the same servers by a slow line; they take it for what it is, a loopback address.
  const detours: string[] = [];
  for (const port of bytesPerSecond ? ports : []) {
    const line = things.use(await slowLine(port, bytesPerSecond ?? 0));
    detours.push(`MAP localhost:${port} 127.0.0.1:${line.port}`);
  }
  const { server: browserServer, browser } = things.use(await startBrowser(detours));
  const [own = '', others = ''] = ports.map((port) => `http://localhost:${port}`);
  const ours: Peer = { name: 'ours', open: () => openLab(browser, own), openSecond };
  const openWetty = () => openPage(browser, others);
  const peers: Peer[] = [{ name: 'wetty', open: openWetty, openSecond: openWetty }, ours];
  const all = things.move();
  return {
    ...{ server, browser, browserPid: browserServer.process().pid ?? 0, ours, peers },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function startBrowser(
  detours: readonly string[],
): Promise<{ browser: Browser; server: BrowserServer } & AsyncDisposable> {
  const { executablePath, args = [] } = config.use?.launchOptions ?? {};
  // Both draw with elements: what would draw here in their stead is a renderer in software.
  const server = await chromium.launchServer({
    ...(executablePath ? { executablePath } : {}),
    args: [...args, '--disable-3d-apis', ...(detours.length > 0 ? [`--host-resolver-rules=${detours.join(',')}`] : [])],
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return { browser, server, [Symbol.asyncDispose]: () => server.close() };
}

async function openPage(browser: Browser, address: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport })).newPage();
  await page.addInitScript(observe);
  await page.goto(address);
  await page.locator('.xterm-rows').filter({ hasText: '#' }).first().waitFor({ timeout: 60_000 });
  return page;
}

/** A learner of his own with a lab. */
export async function openLab(browser: Browser, address: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport })).newPage();
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
  await page.locator('[role=tab][data-terminal="host"]').waitFor();
  const before = await page.locator('[role=tab]').count();
  await page.getByRole('button', { name: 'New terminal on L1' }).click();
  await page.locator(`[role=tab][aria-selected="true"]:nth-of-type(${before + 1})`).waitFor();
  await page.locator('.xterm-rows:visible').filter({ hasText: '#' }).waitFor();
  return page;
}
