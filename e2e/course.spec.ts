import { readFile } from 'node:fs/promises';
import { expect, lesson, test } from './journey.ts';

test('home leads to a track, a lesson, a term, and back to where the learner stopped', async ({ page }) => {
  await page.goto('/en/');
  await expect(page.getByRole('figure')).toHaveCount(5);
  await page.getByRole('link', { name: 'Docker in Docker', exact: true }).first().click();
  await page.getByRole('link', { name: /One process, three PIDs/ }).click();
  await page.locator('a.term').first().click();
  await expect(page.getByRole('heading', { name: 'Glossary' })).toBeVisible();
  await page.goto(lesson);
  await page.locator('predict-box label').first().click();
  await page.getByRole('button', { name: 'Lock in' }).first().click();
  await expect(page.getByText('Locked in')).toBeVisible();
  await page.goto('/en/');
  await page.getByRole('link', { name: 'Go on where you stopped' }).click();
  await expect(page).toHaveURL(/one-process-three-pids\/#really-nested$/);
});

test('explanations are in no page and come with the right answer', async ({ page }) => {
  const source = await (await page.request.get(lesson)).text();
  expect(source).not.toContain('It belongs to the host’s engine');
  expect(source).not.toContain('The sibling. It belongs');
  await page.goto(lesson);
  const quiz = page.locator('#quiz-survivor');
  await quiz.getByRole('radio', { name: 'Both.' }).check();
  await quiz.getByRole('button').click();
  await expect(quiz.getByText('Not right. Try again.')).toBeVisible();
  await expect(quiz.locator('.explain')).toBeEmpty();
  await quiz.getByRole('radio', { name: /started through the host/ }).check();
  await quiz.getByRole('button').click();
  await expect(quiz.getByText('The sibling. It belongs')).toBeVisible();
  await page.reload();
  await expect(quiz.getByText('The sibling. It belongs')).toBeVisible();
  await page.goto('/en/');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download my answers' }).click(),
  ]);
  const file = await readFile(await download.path(), 'utf8');
  expect(file).toContain('## One process, three PIDs');
  expect(file).toContain(`### [One last question](${new URL(lesson, page.url()).href}#quiz-survivor)`);
  expect(file).toContain("- The one that was started through the host's mounted socket.");
});

test('every claim of the articles is shown, cited or to come, and every link leads somewhere', async ({ page }) => {
  for (const locale of ['en', 'zh']) {
    await page.goto(`/${locale}/claims/`);
    const hrefs = await page
      .locator('.claims td a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    expect(hrefs.length).toBeGreaterThan(5);
    for (const href of hrefs.filter((each) => each.startsWith('/'))) {
      const answer = await page.request.get(href);
      expect(answer.status()).toBe(200);
      const [, step] = href.split('#');
      if (step) expect(await answer.text()).toContain(`id="${step}"`);
    }
  }
});

test('the search finds an English word and a Chinese one inside a sentence, and goes to its step', async ({ page }) => {
  for (const [locale, term, field] of [
    ['en', 'nsenter', 'Search the lessons'],
    ['zh', '套接字', '搜索课程'],
  ] as const) {
    await page.goto(`/${locale}/`);
    await page.keyboard.press('Control+k');
    await page.getByRole('searchbox', { name: field }).fill(term);
    const first = page.locator('dialog.search li a').first();
    await expect(first.locator('mark').first()).toHaveText(term);
    await page.keyboard.press('ArrowDown');
    await expect(first).toBeFocused();
    const href = (await first.getAttribute('href')) ?? '';
    expect(href).toMatch(`/${locale}/lessons/`);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(href);
    const step = new URL(page.url()).hash;
    if (step) await expect(page.locator(step)).toBeInViewport();
  }
  // What gives answers away can be found nowhere.
  await page.goto('/en/');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('searchbox').fill('"The one that was started through the host\'s mounted socket"');
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('No lesson speaks of');
});

test('the lesson is readable without JavaScript, and prints without the lab', async ({ browser, server }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: server.address });
  const page = await context.newPage();
  await page.goto(lesson);
  // A browser that a test forbids scripts still hides what is for browsers without.
  expect(await (await page.request.get(lesson)).text()).toContain('<noscript><p class="note">You can read the lesson');
  await expect(page.getByText('docker save alpine').first()).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText('docker save alpine').first()).toBeVisible();
  await expect(page.locator('.workspace')).toBeHidden();
  await context.close();
});
