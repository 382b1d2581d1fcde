import type { Page } from '@playwright/test';
import { expect, lesson, test } from './journey.ts';

test('a learner resets his lab: a fresh machine, the same step, his progress kept', async ({ learner }) => {
  await learner.startLab();
  await learner.runBlocks('really-nested', 'load', 'start');
  await learner.passes('really-nested');
  await learner.types('touch /root/mine');
  await learner.resets();
  await learner.types('ls /root/mine');
  await learner.sees('No such file');
  await learner.passes('really-nested');
});

test('an instructor sees labs live, resets one, extends it and ends it', async ({ page, learner, browser, server }) => {
  await page.goto(lesson);
  await page.getByLabel('Your name').fill('Grace');
  await page.getByRole('button', { name: 'Start the lab' }).click();
  await learner.prompt();
  await learner.types('touch /root/mine');

  const room = await browser.newContext();
  const board = await room.newPage();
  const { output } = await server.command('lab', 'instructor-link');
  await board.goto(output.trim());
  const row = board.getByRole('row', { name: /Grace/ });
  await expect(row).toContainText('One process, three PIDs');
  expect(board.url()).not.toContain(output.trim().split('#')[1] ?? 'nothing');

  await row.getByRole('button', { name: 'Reset the lab of Grace' }).click();
  await board.getByRole('dialog').getByRole('button', { name: 'Reset the lab' }).click();
  await learner.wasReset('Your instructor has reset your lab.');
  await expect(row).toContainText('reset once');
  await learner.types('ls /root/mine');
  await learner.sees('No such file');

  await row.getByRole('button', { name: 'Extend the lab of Grace' }).click();
  await board.getByRole('dialog').getByRole('button', { name: 'Extend the lab' }).click();
  await expect(page.getByText('Your instructor has extended your lab.')).toBeVisible();

  await row.getByRole('button', { name: 'End the lab of Grace', exact: true }).click();
  await board.getByRole('dialog').getByRole('button', { name: 'End the lab' }).click();
  await expect(page.getByText('Your instructor ended it.')).toBeVisible();

  // The link worked once.
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(output.trim());
  await expect(stranger.getByText('npm run lab -- instructor-link')).toBeVisible();
  await stranger.context().close();
  await room.close();
});

test('two tabs and a double click never make two labs', async ({ page, learner, context, server }) => {
  const second = await context.newPage();
  await learner.opens(lesson);
  await second.goto(lesson);
  const claims: Page[] = [];
  context.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/labs')) claims.push(request.frame().page());
  });
  const start = (each: Page) => each.locator('[data-action="claim"]').evaluate((button: HTMLElement) => button.click());
  await Promise.all([start(page), start(page), start(second)]);
  await learner.prompt();
  expect(claims).toHaveLength(new Set(claims).size);
  const me = await (await page.request.get('/api/me')).json();
  const { output } = await server.command('lab', 'list', '--json');
  const mine = JSON.parse(output).filter((lab: { learner: string }) =>
    lab.learner.endsWith(String(me.learner.number).padStart(2, '0')),
  );
  expect(mine).toHaveLength(1);
});

test('after a reset a step that is only answered has what its commands need; a lab that broke is replaced', async ({
  page,
  learner,
}) => {
  await learner.startLab();
  await page.locator('lesson-step#two-hops .step-toggle').click();
  await learner.resets();
  await learner.runBlocks('two-hops', 'hops');
  await learner.sees(/docker exec container3 hostname\n[0-9a-f]{12}\b/);

  await learner.types('kill 1');
  await expect(page.getByText('It could not be started or stopped working.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start a fresh lab' })).toBeVisible();
});
