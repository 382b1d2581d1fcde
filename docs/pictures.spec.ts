import { type Browser, type BrowserContextOptions, expect, type Page } from '@playwright/test';
import { Learner, test } from '../e2e/journey.ts';

test.describe.configure({ mode: 'serial' });

/** A learner who has just started container3 in dind-test, with this page. */
async function atWork(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions,
  locale: string,
): Promise<Page> {
  const page = await (await browser.newContext({ baseURL, reducedMotion: 'reduce', ...options })).newPage();
  const learner = new Learner(page);
  await page.goto(`/${locale}/lessons/one-process-three-pids/`);
  await page.locator('[data-action="claim"]').click();
  await learner.prompt();
  await learner.runBlocks('really-nested', 'load', 'start', 'host-list');
  await learner.passes('really-nested');
  await learner.step('really-nested').locator('.check-foot button.link').click();
  await learner.runBlocks('three-numbers', 'nspid');
  await expect(page.locator('lab-map')).toContainText('container3');
  await learner.step('three-numbers').locator('.step-toggle').scrollIntoViewIfNeeded();
  return page;
}

test('pictures of lesson and instructor page', async ({ browser, server }) => {
  const wide = { viewport: { width: 1440, height: 900 } };
  const narrow = { viewport: { width: 390, height: 844 } };
  const pictures = [
    ['lesson-en', { ...wide, colorScheme: 'light' }, 'en'],
    ['lesson-dark', { ...wide, colorScheme: 'dark' }, 'en'],
    ['lesson-zh', { ...wide, colorScheme: 'light', locale: 'zh-CN' }, 'zh'],
    ['lesson-phone', { ...narrow, colorScheme: 'light' }, 'en'],
  ] as const;
  for (const [name, options, locale] of pictures) {
    const page = await atWork(browser, server.address, options, locale);
    await page.screenshot({ path: `docs/${name}.png` });
  }
  const board = await (await browser.newContext({ baseURL: server.address, ...wide })).newPage();
  await board.goto((await server.command('lab', 'instructor-link')).output.trim());
  await expect(board.getByRole('row', { name: /Learner 01/ })).toBeVisible();
  await board.screenshot({ path: 'docs/instructor.png' });
});

test('pictures of the home page', async ({ page }) => {
  for (const locale of ['en', 'zh']) {
    await page.goto(`/${locale}/`);
    await expect(page.locator('learner-card .learner')).toBeVisible();
    await page.screenshot({ path: `docs/home-${locale}.png` });
  }
});
