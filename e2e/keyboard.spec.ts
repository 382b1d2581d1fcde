import { expect, lesson, test } from './journey.ts';

test('a learner works with the keyboard alone', async ({ page, learner }) => {
  await page.goto(lesson);
  const start = page.getByRole('button', { name: 'Start the lab' });
  await start.focus();
  await page.keyboard.press('Enter');
  await learner.prompt();
  // The shell has the keyboard; F6 gives it back to the text.
  await page.locator('lab-terminal:visible .xterm-helper-textarea').focus();
  await page.keyboard.type('echo typed-$((40+2))\n');
  await learner.sees('typed-42');
  await page.keyboard.press('F6');
  await expect(page.locator('.xterm-helper-textarea:focus')).toHaveCount(0);

  await tabTo(page, 'run-block[data-block="load"] button.run');
  await page.keyboard.press('Enter');
  await learner.sees('Loaded image: alpine');
  await page.keyboard.press('F6');
  await tabTo(page, '[data-action="reset"]', 'Shift+Tab');
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog');
  await expect(question).toContainText('Reset your lab?');
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expect(page.locator('[data-action="reset"]')).toBeFocused();
});

/** Moves on by Tab until the element has the focus. */
async function tabTo(page: import('@playwright/test').Page, selector: string, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await page.locator(`${selector}:focus`).count()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${selector} is not reached by ${key}`);
}
