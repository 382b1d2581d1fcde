import { expect, test } from './journey.ts';

test('a reload in the middle of output loses nothing', async ({ page, learner }) => {
  await learner.startLab();
  await learner.types('for i in $(seq 1 30); do echo line-$i; sleep 0.1; done; echo all-lines');
  await learner.sees(/^line-\d/m);
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
  await learner.types('echo be""fore');
  await learner.sees('before');
  await expect.poll(() => server.kept()).toContain('before');
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

test('Ctrl-C ends a flood, which changes the page only when it is painted', async ({ learner, page }) => {
  await learner.startLab();
  await page.evaluate(watchTextArea);
  await learner.types('yes');
  await learner.sees(/y\ny\ny/);
  await page.keyboard.press('Control+C');
  await learner.prompt();
  await learner.types('echo calm');
  await learner.sees('calm');
  const { moved, alone } = await page.evaluate(() => (window as unknown as { watched: Watched }).watched);
  expect(moved).toBeGreaterThan(0);
  expect(alone).toBe(0);
});

interface Watched {
  /** How often the text area was moved, and how often of these no row was painted with it. */
  moved: number;
  alone: number;
}

/** In the page: xterm.js moves its text area with the cursor. */
function watchTextArea(): void {
  const watched: Watched = { moved: 0, alone: 0 };
  Object.assign(window, { watched });
  const observer = new MutationObserver((changes) => {
    const changed = changes.map(({ target }) => target).filter((node) => node instanceof Element);
    if (!changed.some((element) => element.matches('textarea'))) return;
    watched.moved++;
    if (!changed.some((element) => element.closest('.xterm-rows'))) watched.alone++;
  });
  const terminal = document.querySelector('.xterm');
  if (terminal) observer.observe(terminal, { subtree: true, childList: true, attributeFilter: ['style'] });
}
