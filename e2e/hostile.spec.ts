import type { Page } from '@playwright/test';
import { hostile } from '../src/bench/hostile.ts';
import { expect, test } from './journey.ts';

test('no stream of bytes keeps learner, watcher or replay from answering', async ({
  page,
  learner,
  server,
  browser,
}) => {
  test.setTimeout(600_000);
  await learner.startLab();
  const instructor = await browser.newContext({ baseURL: server.address });
  const watcher = await instructor.newPage();
  await watcher.goto((await server.command('lab', 'instructor-link')).output.trim());
  await watcher.getByRole('button', { name: /over the shoulder/ }).click();
  await expect(watcher.locator('lab-terminal[data-link="open"]')).toBeVisible();
  let alerts = 0;
  for (const each of [page, watcher]) each.on('dialog', () => alerts++);
  // The page's main thread is asked again and again, and must have come to the end of the stream.
  const shows = async (each: Page, mark: string, message: string) =>
    expect.poll(() => rowsOf(each), { timeout: 240_000, message }).toMatch(new RegExp(`^${mark}\\s*$`, 'm'));

  for (const [index, [name, perl]] of Object.entries(hostile).entries()) {
    const mark = `end-of-${index}`;
    // Whatever it has left behind, a reset ends it; answers to its queries stand at the prompt as if typed.
    await emptyPrompt(page);
    const program = perl.replaceAll("'", String.raw`'\''`);
    await page.keyboard.insertText(`perl -e '${program}'; printf '\\033\\\\\\033c'; echo ${mark}`);
    await page.keyboard.press('Enter');
    await shows(page, mark, name);
    // Both at once: the watcher has a page of its own.
    await Promise.all([
      shows(watcher, mark, `${name}, over the shoulder`),
      page.reload().then(() => shows(page, mark, `${name}, replayed`)),
    ]);
  }
  expect(alerts).toBe(0);
  await emptyPrompt(page);
  await learner.types('clear; echo alive-$((6*7))');
  await learner.sees('alive-42');
  await instructor.close();
});

/** An answer looks to bash like keys, one of which begins a search, and a first Ctrl-C may end no more than that. */
async function emptyPrompt(page: Page): Promise<void> {
  await page.locator('lab-terminal:visible .xterm-helper-textarea').focus();
  await expect(async () => {
    await page.keyboard.press('Control+C');
    expect(await rowsOf(page)).toMatch(/#\s*$/);
  }).toPass({ timeout: 30_000 });
}

async function rowsOf(page: Page): Promise<string> {
  return (await page.locator('lab-terminal:visible .xterm-rows > div').allInnerTexts()).join('\n');
}
