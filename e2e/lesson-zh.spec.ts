import { expect, test } from './journey.ts';

test.use({ locale: 'zh-CN' });

test('中文浏览器打开的是中文页面；换语言时留在原处，下次也从那种语言开始', async ({ page, learner }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/zh\/$/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await learner.startLab('/zh/lessons/one-process-three-pids/', '启动实验');
  // What the page itself says is Chinese; English is left only in code, names and what the terminal prints.
  expect(await page.locator('header').first().innerText()).not.toMatch(/\b(Lab|Reset|Extend|End|left)\b/);
  await learner.types('kill 1');
  await expect(page.getByText('它没能启动，或者中途坏了。')).toBeVisible();
  await page.getByRole('button', { name: '启动新的实验' }).click();
  await learner.prompt();
  await page.getByRole('link', { name: 'English' }).click();
  await expect(page).toHaveURL(/\/en\/lessons\/one-process-three-pids\//);
  await learner.prompt();
  await page.goto('/');
  await expect(page).toHaveURL(/\/en\/$/);
});
