import { expect, test } from './journey.ts';

test('a reload in the middle of output loses nothing', async ({ page, learner }) => {
  await learner.startLab();
  await learner.types('for i in $(seq 1 30); do echo line-$i; sleep 0.1; done; echo all-lines');
  await learner.sees('line-5');
  await page.reload();
  await learner.sees('all-lines');
  await learner.prompt();
  const lines = (await learner.screen()).split('\n').filter((line) => /^line-\d+$/.test(line.trim()));
  const numbers = lines.map((line) => Number(line.trim().slice(5)));
  expect(numbers.at(-1)).toBe(30);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  await learner.types('echo still-$((1+1))');
  await learner.sees('still-2');
});

test('the shell goes on while the server is killed and started again', async ({ page, learner, server }) => {
  await learner.startLab();
  await learner.types('answer=42; cd /tmp');
  await learner.types('echo before');
  await learner.sees('before');
  await page.waitForTimeout(1500); // the scrollback is saved every second
  await server.kill();
  await expect(page.getByText(/Connection lost/).first()).toBeVisible();
  await server.start();
  await expect(page.locator('lab-terminal[data-link="open"]')).toBeVisible({ timeout: 45_000 });
  await learner.types('echo answer-$answer in $PWD');
  await learner.sees('answer-42 in /tmp');
  await page.reload();
  await learner.sees('before');
});

test('a second tab shows the same lab and the same shell', async ({ page, learner, context }) => {
  await learner.startLab();
  await learner.types('echo from-the-first');
  const second = await context.newPage();
  await second.goto(page.url());
  await expect(second.locator('lab-terminal:visible .xterm-rows')).toContainText('from-the-first');
  const labs = await Promise.all([page, second].map(async (each) => (await each.request.get('/api/me')).json()));
  expect(labs[0].lab.id).toBe(labs[1].lab.id);
});

test('Ctrl-C ends a flood', async ({ learner, page }) => {
  await learner.startLab();
  await learner.types('yes');
  await learner.sees(/y\ny\ny/);
  await page.keyboard.press('Control+C');
  await learner.prompt();
  await learner.types('echo calm');
  await learner.sees('calm');
});
