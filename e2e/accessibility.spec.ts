import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './journey.ts';

/** Every kind of page; of lessons those with each kind of question, block, and picture. */
const pages = [
  '',
  'lessons/one-process-three-pids/',
  'lessons/why-nest/',
  'lessons/an-engine-is-an-http-api/',
  'tracks/docker-in-docker/',
  'glossary/',
  'claims/',
  'instructor/',
  'resume/',
  'about/',
  'compare/',
  'nowhere/',
];

for (const locale of ['en', 'zh']) {
  test(`axe finds nothing on any page, light, dark, and on a phone, ${locale}`, async ({ page }) => {
    test.slow();
    for (const path of pages) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      await page.goto(`/${locale}/${path}`);
      await page.waitForLoadState('networkidle');
      expect(await found(new AxeBuilder({ page })), `${path}, light`).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await found(new AxeBuilder({ page }).withRules(['color-contrast'])), `${path}, dark`).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(
        await found(new AxeBuilder({ page }).withRules(['target-size', 'scrollable-region-focusable'])),
        `${path}, phone`,
      ).toEqual([]);
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('searchbox').fill('docker');
    await expect(page.getByRole('dialog').getByRole('link').first()).toBeVisible();
    expect(await found(new AxeBuilder({ page })), 'search').toEqual([]);
  });
}

/** What axe finds. Its mode for pages with frames, of which there are none, opens another page each time. */
async function found(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.setLegacyMode(true).analyze();
  return violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`);
}

test('axe finds nothing on a lesson with a running lab, nor on the instructor’s board', async ({
  page,
  learner,
  server,
  context,
}) => {
  await learner.startLab();
  await learner.runBlocks('really-nested', 'load', 'start', 'inner-list');
  await learner.passes('really-nested');
  const isClean = async (each: Page) => expect(await found(new AxeBuilder({ page: each }))).toEqual([]);
  await isClean(page);

  await page.locator('lab-terminal:visible .xterm-helper-textarea').focus();
  await page.keyboard.press('Control+Shift+F');
  await page.getByRole('searchbox', { name: 'Find in this terminal' }).fill('docker');
  await expect(page.locator('search-bar .found')).toHaveText(/^\d+ of \d+$/);
  await isClean(page);
  await page.keyboard.press('Escape');

  const menu = page.locator('.terminal-menu summary');
  await menu.click();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await learner.types('echo recorded');
  await learner.prompt();
  await menu.click();
  await page.getByRole('button', { name: 'Stop recording' }).click();
  const recordings = page.getByRole('dialog');
  await recordings.getByRole('button', { name: 'Play' }).click();
  await expect(recordings.locator('.xterm-rows')).toBeVisible();
  await isClean(page);
  await recordings.getByRole('button', { name: 'Close' }).click();

  const board = await context.newPage();
  await board.goto((await server.command('lab', 'instructor-link')).output.trim());
  await expect(board.getByRole('table')).toBeVisible();
  await isClean(board);
  await board.getByRole('button', { name: /over the shoulder/i }).click();
  await expect(board.getByRole('dialog').locator('lab-terminal[data-link="open"]')).toBeVisible();
  await isClean(board);
});

test('an unknown address answers 404 in the language of its page', async ({ page }) => {
  for (const [locale, lang] of [
    ['en', /^en/],
    ['zh', /^zh/],
  ] as const) {
    const answer = await page.goto(`/${locale}/lessons/no-such-lesson/`);
    expect(answer?.status()).toBe(404);
    await expect(page.locator('html')).toHaveAttribute('lang', lang);
  }
});
