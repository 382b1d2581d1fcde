import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Core } from '../server/app.ts';
import { type Row, row } from './row.ts';
import { focusTerminal, pressToPainted, run } from './terminal-page.ts';
import { openStage } from './terminal-stage.ts';

/** How long the browser stands still, ms. */
const frozenMs = 20_000;
/** Two labs with as many terminals as a lab may have. */
const [idleLabs, idleTerminals] = [2, 20];
/** Memory of new processes settles. */
const settleMs = 8000;
const prompt = /# ?$/;

/** All processes of the browser stand still while the shell floods. */
export async function benchFrozen(core: Core): Promise<Row[]> {
  await using stage = await openStage(core);
  const page = await stage.ours.open();
  await run(page, 'clear; yes', /y\ny\ny$/);
  await sleep(5000);
  const resident = async () => {
    const status = await readFile(`/proc/${stage.server.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
  };
  const before = await resident();
  const pids = descendants(await processes(), stage.browserPid).map(({ pid }) => pid);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await sleep(frozenMs);
  const grown = (await resident()) - before;
  for (const pid of pids.reverse()) process.kill(pid, 'SIGCONT');
  await focusTerminal(page);
  const took = await pressToPainted(page, 'Control+C', prompt);
  return [
    row('ours: browser stands still for 20 s in a flood, growth of the server', 'MiB', [grown]),
    row('ours: Ctrl-C after that → prompt', 'ms', [took]),
  ];
}

/**
 * Terminals of ours that nobody uses, by their share of memory: in the server, its command lines, the lab, and the lab's
 * engine, whose processes must be of this machine.
 */
export async function benchIdle(core: Core): Promise<Row[]> {
  await using stage = await openStage(core);
  const { server, ours } = stage;
  const pages: Page[] = [];
  for (let lab = 0; lab < idleLabs; lab++) pages.push(await ours.open());
  const labs = await Promise.all(pages.map((page) => pidNamespace(page)));
  async function pidNamespace(page: Page): Promise<string> {
    const { lab } = await (await page.request.get(new URL('/api/me', page.url()).href)).json();
    const { output } = await server.command('lab', 'exec', lab.id, '--', 'readlink', '/proc/self/ns/pid');
    return output.trim();
  }
  const measure = async () => {
    await sleep(settleMs);
    const all = await processes();
    const tree = descendants(all, server.pid);
    const inLabs = all.filter(({ namespace }) => labs.includes(namespace));
    // What made the labs' first processes stands in the namespace of the engine.
    const outside = all.find(
      ({ pid, namespace }) => !labs.includes(namespace) && inLabs.some(({ parent }) => parent === pid),
    );
    const engine = all.filter(({ namespace }) => namespace === outside?.namespace);
    return {
      'the server': await shares(tree.slice(0, 1)),
      'docker’s command lines': await shares(tree.slice(1)),
      'in the lab': await shares(inLabs),
      'in the lab engine': await shares(engine),
    };
  };
  const before = await measure();
  for (const page of pages) {
    for (let n = 1; n < idleTerminals / idleLabs; n++) {
      await page.getByRole('button', { name: 'New terminal on L1' }).click();
      await page.locator('[role=tab]').nth(n).waitFor();
      await page.locator('.xterm-rows:visible').filter({ hasText: '#' }).waitFor();
    }
  }
  const after = await measure();
  const opened = idleTerminals - idleLabs;
  const grown = Object.entries(after).map(
    ([what, share]) => [what, (share - before[what as keyof typeof before]) / opened] as const,
  );
  const whole = grown.reduce((sum, [, share]) => sum + share, 0);
  return [['all processes', whole] as const, ...grown].map(([what, share]) =>
    row(`idle terminal, of ${idleTerminals}: ${what}`, 'MiB', [share]),
  );
}

interface Process {
  pid: number;
  parent: number;
  namespace: string;
}

async function processes(): Promise<Process[]> {
  const found = (await readdir('/proc'))
    .filter((entry) => /^\d+$/.test(entry))
    .map(async (entry) => {
      const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
      const namespace = await readlink(`/proc/${entry}/ns/pid`).catch(() => '');
      return { pid: Number(entry), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), namespace };
    });
  return Promise.all(found);
}

/** A process and all below it, parents first. */
function descendants(all: readonly Process[], root: number): Process[] {
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

/** What they have of the memory, MiB; what two share counts for each by half. */
async function shares(of: readonly Process[]): Promise<number> {
  let sum = 0;
  for (const { pid } of of) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    sum += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
  }
  return sum;
}
