import type { Page } from '@playwright/test';
import { hostile } from './hostile.ts';
import { expect, test } from './journey.ts';

test('no stream of bytes keeps learner, watcher or replay from answering', async ({
  page,
  learner,
  server,
  browser,
}, info) => {
  test.setTimeout(400_000);
  await measureBlocks(page);
  await learner.startLab();
  const instructor = await browser.newContext({ baseURL: server.address });
  const watcher = await instructor.newPage();
  await measureBlocks(watcher);
  await watcher.goto((await server.command('lab', 'instructor-link')).output.trim());
  await watcher.getByRole('button', { name: /Over the shoulder/ }).click();
  await expect(watcher.locator('lab-terminal[data-link="open"]')).toBeVisible();
  let alerts = 0;
  for (const each of [page, watcher]) each.on('dialog', () => alerts++);

  const blocks: string[] = [];
  for (const [index, [name, perl]] of Object.entries(hostile).entries()) {
    const mark = `end-of-${index}`;
    // Whatever it has left behind, a reset ends it.
    await learner.types(`perl -e '${perl.replaceAll("'", String.raw`'\''`)}'; printf '\\033\\\\\\033c'; echo ${mark}`);
    for (const each of [page, watcher]) {
      // The page answers all along: this is asked of its main thread again and again.
      await expect
        .poll(() => rowsOf(each), { timeout: 60_000, message: name })
        .toMatch(new RegExp(`^${mark}\\s*$`, 'm'));
    }
    const learnerBlock = await longestBlock(page);
    const watcherBlock = await longestBlock(watcher);
    await page.reload();
    await expect.poll(() => rowsOf(page), { timeout: 60_000, message: `${name}, replayed` }).toMatch(mark);
    blocks.push(`${name}: learner ${learnerBlock}, watcher ${watcherBlock}, replay ${await longestBlock(page)} ms`);
  }
  info.annotations.push({ type: 'longest block of the main thread', description: blocks.join('\n') });
  console.log(blocks.join('\n'));
  expect(alerts).toBe(0);
  await learner.types('clear; echo alive-$((6*7))');
  await learner.sees('alive-42');
  await instructor.close();
});

async function rowsOf(page: Page): Promise<string> {
  return (await page.locator('lab-terminal:visible .xterm-rows > div').allInnerTexts()).join('\n');
}

/** Notes how long the page's main thread was busy at a stretch. */
async function measureBlocks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const found = { longest: 0 };
    Object.assign(window, { blocks: found });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) found.longest = Math.max(found.longest, duration);
    }).observe({ type: 'longtask' });
  });
}

/** Milliseconds since it was asked last. */
async function longestBlock(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { blocks } = window as unknown as { blocks: { longest: number } };
    const { longest } = blocks;
    blocks.longest = 0;
    return Math.round(longest);
  });
}
