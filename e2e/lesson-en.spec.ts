import { expect, lesson, test } from './journey.ts';

test('a learner follows a lesson in English from the home page to its last step', async ({ page, learner }) => {
  await learner.opens('/en/');
  await page.getByRole('link', { name: 'One process, three PIDs' }).click();
  await expect(page).toHaveURL(new RegExp(`${lesson}$`));
  const { standins } = (await (await page.request.get('/api/me')).json()).server;
  for (const image of standins) await expect(page.locator('standin-note')).toContainText(image);
  await page.getByLabel('Your name').fill('Ada');
  await page.getByRole('button', { name: 'Start the lab' }).click();
  await learner.prompt();

  const first = learner.step('really-nested');
  await expect(first.locator('.check[data-status="not-yet"]')).toContainText('does not have alpine yet');
  await first.getByRole('radio', { name: 'Only the inner one.' }).check();
  await first.getByRole('button', { name: 'Lock in' }).click();
  await expect(first.getByText(/Locked in/)).toBeVisible();
  await learner.runBlocks('really-nested', 'load', 'start', 'host-list');
  await learner.passes('really-nested');
  await expect(first).toContainText(/You predicted .Only the inner one/);
  await learner.runBlocks('really-nested', 'inner-list');
  await learner.sees('container3');
  await expect(learner.tab('dind-test')).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('lab-map')).toContainText('container3');
  await expect(page.locator('lab-map')).toContainText('L3');

  await learner.tab('host').click();
  await learner.runBlocks('three-numbers', 'nspid');
  await learner.sees(/NSpid:\s+\d+\s+\d+\s+1/);
  const [, pids = ''] = /NSpid:\s+(\d+\s+\d+\s+1)\b/.exec(await learner.screen()) ?? [];
  const second = learner.step('three-numbers');
  await second.getByRole('textbox').fill(pids.split(/\s+/).reverse().join(' '));
  await second.getByRole('button', { name: 'Send' }).click();
  await expect(second.locator('.check[data-status="not-yet"]')).toContainText('from the inside out');
  const fullWidth = pids.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
  await second.getByRole('textbox').fill(fullWidth.replace(/\s+/g, '\u3000'));
  await second.getByRole('button', { name: 'Send' }).click();
  await learner.passes('three-numbers');

  await second.getByRole('button', { name: 'Next step' }).click();
  const third = learner.step('two-hops');
  await third.getByRole('radio', { name: 'The kernel.' }).check();
  await third.getByRole('button', { name: 'Send' }).click();
  await learner.passes('two-hops');

  await page.reload();
  for (const step of ['really-nested', 'three-numbers', 'two-hops']) {
    await expect(learner.step(step)).toHaveAttribute('data-passed');
  }
  await page.goto('/en/');
  await expect(page.getByText('Ada')).toBeVisible();
});

test('a solution is shown after the third hint, and hints stay taken after a reload', async ({ page, learner }) => {
  await learner.startLab();
  const step = learner.step('really-nested');
  for (const n of [1, 2, 3]) await step.getByRole('button', { name: `Hint ${n} of 3` }).click();
  await step.getByRole('button', { name: 'Show the solution' }).click();
  await expect(step).toContainText('docker save alpine | docker exec -i dind-test docker load');
  await page.reload();
  await expect(step.getByText('Which engine do you talk to')).toBeVisible();
});
