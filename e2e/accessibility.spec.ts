import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './journey.ts';

const pages = [
  '',
  'lessons/one-process-three-pids/',
  'lessons/needs-privileges/',
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
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on any page, ${locale}, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const path of pages) {
        await page.goto(`/${locale}/${path}`);
        await page.waitForLoadState('networkidle');
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${path}: ${id} ${nodes.map(({ html }) => html).join(' ')}`)).toEqual(
          [],
        );
      }
    });
  }
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
  const found = (await new AxeBuilder({ page }).analyze()).violations;
  expect(found.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  const board = await context.newPage();
  await board.goto((await server.command('lab', 'instructor-link')).output.trim());
  await expect(board.getByRole('table')).toBeVisible();
  const onBoard = (await new AxeBuilder({ page: board }).analyze()).violations;
  expect(onBoard.map(({ id }) => id)).toEqual([]);
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
