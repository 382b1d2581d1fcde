import { expect, Learner, test } from './journey.ts';

test('an instructor looks on, takes the keyboard and gives it back; both see who has it', async ({
  page,
  learner,
  server,
  browser,
}) => {
  await learner.startLab();
  await learner.types('tput cols; tput lines');
  await learner.prompt();
  const size = await learner.screen();
  const instructor = await browser.newContext({ baseURL: server.address, viewport: { width: 700, height: 500 } });
  const watcher = await instructor.newPage();
  await watcher.goto((await server.command('lab', 'instructor-link')).output.trim());
  await watcher.getByRole('button', { name: /over the shoulder/ }).click();
  const shoulder = watcher.getByRole('dialog');
  const picture = shoulder.locator('.xterm-rows');
  await expect(picture).toContainText('tput cols; tput lines');
  await expect(shoulder.locator('.terminal-note')).toContainText('You are watching.');

  // What a watcher types goes nowhere, and the learner's window keeps its size: the picture is scaled.
  await shoulder.locator('.xterm-helper-textarea').focus();
  await watcher.keyboard.type('nobody-hears\n');
  await learner.types('clear; tput cols; tput lines');
  await learner.prompt();
  const numbers = (text: string) => text.match(/^\d+$/gm);
  expect(numbers(await learner.screen())).toEqual(numbers(size));
  expect(await learner.screen()).not.toContain('nobody-hears');
  const drawn = await picture.boundingBox();
  const room = await shoulder.locator('.panel').boundingBox();
  expect(drawn && room && drawn.x + drawn.width <= room.x + room.width + 1).toBe(true);

  await shoulder.getByRole('button', { name: 'Take the keyboard' }).click();
  const note = page.locator('.terminal-note');
  await expect(note).toContainText('Your instructor has the keyboard.');
  await expect(shoulder.locator('.terminal-note')).toContainText('You have the keyboard.');
  await shoulder.locator('.xterm-helper-textarea').focus();
  await watcher.keyboard.type('echo help-$((40+2))\n');
  await learner.sees('help-42');
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type('echo not-$((1+1))\n');
  await page.getByRole('button', { name: 'Take it back' }).click();
  await expect(shoulder.locator('.terminal-note')).toContainText('You are watching.');
  await expect(note).toBeEmpty();
  await learner.types('echo mine-$((2+3))');
  await learner.sees('mine-5');
  expect(await learner.screen()).not.toContain('not-2');
  await instructor.close();
});

test('two windows of one learner show the same size, that of the one he works in', async ({
  page,
  learner,
  context,
}) => {
  await learner.startLab();
  const small = await context.newPage();
  await small.setViewportSize({ width: 1000, height: 620 });
  await small.goto(page.url());
  const inSmall = new Learner(small);
  await inSmall.prompt();
  await inSmall.types('clear; tput cols');
  const shown = async (window: Learner) => Number(/^\d+\s*$/m.exec(await window.screen())?.[0]);
  await expect.poll(() => shown(inSmall)).toBeGreaterThan(0);
  const narrow = await shown(inSmall);
  await expect.poll(() => shown(learner)).toBe(narrow);
  await learner.types('clear; tput cols');
  await expect.poll(() => shown(learner)).toBeGreaterThan(narrow);
});
