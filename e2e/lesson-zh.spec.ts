import { expect, test } from './journey.ts';

test.use({ locale: 'zh-CN' });

test('学员用中文学完“它要特权”的动手步骤', async ({ page, learner }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/zh\/$/);
  await expect(page.locator('html')).toHaveAttribute('lang', /^zh/);
  await page.locator('a[href="/zh/lessons/needs-privileges/"]').first().click();
  await page.getByRole('button', { name: '启动实验' }).or(page.locator('[data-action="claim"]')).first().click();
  await learner.prompt();
  await page.locator('lesson-step#one-flag-more .step-toggle').click();
  await learner.runBlocks('one-flag-more', ...(await blocksOf(page.locator('lesson-step#one-flag-more'))));
  await learner.passes('one-flag-more');
  await expect(page.locator('lab-map')).toContainText('dind-test');
  // What the page itself says is Chinese; English is left only in code, names and what the terminal prints.
  const head = await page.locator('header').first().innerText();
  expect(head).not.toMatch(/\b(Lab|Reset|Extend|End|left)\b/);
});

test('换语言时留在原处，进度也在', async ({ page, learner }) => {
  await learner.startLab('/zh/lessons/one-process-three-pids/', await startLabel(page));
  await page.getByRole('link', { name: 'English' }).click();
  await expect(page).toHaveURL(/\/en\/lessons\/one-process-three-pids\//);
  await learner.prompt();
  await page.goto('/');
  await expect(page).toHaveURL(/\/en\/$/);
});

async function blocksOf(step: import('@playwright/test').Locator): Promise<string[]> {
  const blocks = await step.locator('run-block[data-kind="run"][data-level="1"]').all();
  return await Promise.all(blocks.map(async (block) => (await block.getAttribute('data-block')) ?? ''));
}

async function startLabel(page: import('@playwright/test').Page): Promise<string> {
  await page.goto('/zh/lessons/one-process-three-pids/');
  return (await page.locator('[data-action="claim"]').innerText()).trim();
}
