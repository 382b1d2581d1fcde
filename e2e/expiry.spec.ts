import { expect, test } from './journey.ts';

test.use({ environment: { LAB_TTL: '35s', LAB_MAX_TTL: '35s' } });

test('a lab ends when its time is up, says why, and a fresh one continues with the progress kept', async ({
  page,
  learner,
}) => {
  await learner.startLab();
  await learner.runBlocks('really-nested', 'load', 'start');
  await learner.passes('really-nested');
  await expect(page.getByText('Your lab has ended')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('Its time was up.')).toBeVisible();
  await page.getByRole('button', { name: 'Start a fresh lab' }).click();
  await learner.prompt();
  await learner.passes('really-nested');
});
