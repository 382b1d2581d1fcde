import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Server } from '../../e2e/server.ts';
import config from '../../playwright.config.ts';
import { folders } from '../server/app.ts';
import { type Row, row } from './row.ts';

const rounds = 3;
const lesson = 'lessons/one-process-three-pids/';
const categories = ['performance', 'accessibility', 'best-practices'] as const;
const folder = join(import.meta.dirname, 'lighthouse');
const node = join(folders.root, 'node_modules/.bin/node');
const run = promisify(execFile);
/** What Lighthouse tells of one page is about a megabyte. */
const maxBuffer = 64 * 1024 * 1024;

/** What we read of a Lighthouse report. */
interface Report {
  categories: Record<(typeof categories)[number], { score: number }>;
  audits: { 'network-requests': { details: { items: { url: string; resourceType: string }[] } } };
}

/** Lighthouse's scores, as on a slow phone, of home and a lesson; a lesson's scripts before its terminal; the site's build. */
export async function benchPages(): Promise<{ results: Row[] }> {
  // Lighthouse is no dependency of ours: it brings 170 MB.
  if (!existsSync(join(folder, 'node_modules/lighthouse'))) {
    execFileSync('npm', ['ci', '--ignore-scripts', '--silent'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  await using server = await Server.start();
  const results: Row[] = [];
  for (const path of ['en/', 'zh/', `en/${lesson}`, `zh/${lesson}`]) {
    const reports: Report[] = [];
    for (let round = 0; round < rounds; round++) reports.push(await judge(`${server.address}/${path}`));
    for (const name of categories) {
      results.push(
        row(
          `${path}: ${name}`,
          '',
          reports.map((report) => Math.round(report.categories[name].score * 100)),
        ),
      );
    }
    if (path.endsWith(lesson)) results.push(row(`${path}: scripts, gz`, 'KiB', [await scriptsOf(reports[0])]));
  }
  return { results: [...results, row('site built', 'ms', await buildTimes())] };
}

async function judge(url: string): Promise<Report> {
  try {
    return await lighthouse(url);
  } catch (error) {
    // Of a busy machine Chromium may record no trace: that is no measurement, and Lighthouse asks to be run again.
    if (!String(error).includes('NO_NAVSTART')) throw error;
    return await lighthouse(url);
  }
}

async function lighthouse(url: string): Promise<Report> {
  const { executablePath, args = [] } = config.use?.launchOptions ?? {};
  const flags = ['--quiet', '--output=json', `--only-categories=${categories}`];
  const chrome = `--chrome-flags=--headless=new ${args.join(' ')}`;
  const { stdout } = await run(node, [join(folder, 'node_modules/lighthouse/cli/index.js'), url, ...flags, chrome], {
    env: { ...process.env, CHROME_PATH: executablePath },
    maxBuffer,
  });
  return JSON.parse(stdout);
}

/** KiB of all scripts that the page has loaded, each compressed by itself, as they are sent. */
async function scriptsOf(report: Report | undefined): Promise<number> {
  const items = report?.audits['network-requests'].details.items ?? [];
  const urls = items.filter(({ resourceType }) => resourceType === 'Script').map(({ url }) => url);
  const bodies = await Promise.all(urls.map(async (url) => (await fetch(url)).arrayBuffer()));
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 1024;
}

async function buildTimes(): Promise<number[]> {
  const site = await mkdtemp(join(tmpdir(), 'matryoshka-site-'));
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    await run(node, ['node_modules/.bin/astro', 'build', '--outDir', site], { cwd: folders.root, maxBuffer });
    times.push(performance.now() - begun);
  }
  await rm(site, { recursive: true });
  return times;
}
