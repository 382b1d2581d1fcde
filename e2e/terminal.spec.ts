import type { Page } from '@playwright/test';
import { expect, lesson, test } from './journey.ts';

test('tabs are opened, renamed, moved, and closed with their shell', async ({ page, learner }) => {
  await learner.startLab();
  const names = () => page.locator('[role=tab] .tab-name').allInnerTexts();
  await page.getByRole('button', { name: 'New terminal on L1' }).click();
  await expect(learner.tab('host-2')).toHaveAttribute('aria-selected', 'true');
  await learner.prompt();
  await learner.tab('host-2').focus();
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'Name' }).fill('second <b>look</b>');
  await page.keyboard.press('Enter');
  await expect.poll(names).toEqual(['host', 'second <b>look</b>']);
  await learner.tab('host-2').focus();
  await page.keyboard.press('Control+Shift+ArrowLeft');
  await expect.poll(names).toEqual(['second <b>look</b>', 'host']);
  await page.reload();
  await expect.poll(names).toEqual(['second <b>look</b>', 'host']);

  // By pointer, back behind the other one, wherever that ends: fonts and what the tabs tell may still come.
  await learner.tab('host-2').hover();
  await page.mouse.down();
  const tab = await learner.tab('host-2').boundingBox();
  if (!tab) throw new Error('no tab');
  await page.mouse.move(tab.x + 500, tab.y + 10, { steps: 5 });
  await page.mouse.up();
  await expect.poll(names).toEqual(['host', 'second <b>look</b>']);

  await learner.tab('host-2').click();
  await learner.prompt();
  await learner.types('echo as""leep; sleep 4711');
  await learner.sees('asleep');
  await learner.tab('host-2').focus();
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Close it' }).click();
  await expect(learner.tab('host-2')).toHaveCount(0);
  await learner.types('while pgrep -f "slee[p] 4711"; do sleep 0.1; done; echo a""wake');
  await learner.sees('awake');
});

test('the badge follows the shell, and a block that belongs elsewhere asks first', async ({ page, learner }) => {
  await learner.startLab();
  await learner.runBlocks('really-nested', 'load');
  await learner.types('docker exec -it dind-test sh');
  await expect(learner.tab('host').locator('.badge')).toHaveText('L2');
  await expect(learner.tab('host')).toContainText('docker → dind-test');

  const run = learner.step('really-nested').locator('run-block[data-block="load"] button.run');
  const question = page.getByRole('dialog');
  await run.click();
  await expect(question).toContainText('you are in dind-test (L2)');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await run.click();
  await question.getByRole('button', { name: 'Open the right terminal' }).click();
  await expect(learner.tab('host-2')).toHaveAttribute('aria-selected', 'true');
  await learner.sees('Loaded image: alpine');

  await learner.tab('host').click();
  await learner.types('exit');
  await expect(learner.tab('host').locator('.badge')).toHaveText('L1');
});

test('what is typed, pasted and selected is what the shell and the clipboard get', async ({
  page,
  learner,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await learner.startLab();
  // Several lines are shown first.
  await paste(page, 'echo one\necho \x1b[201~two\n');
  const question = page.getByRole('dialog');
  await expect(question.locator('pre')).toContainText('echo one\necho [201~two');
  await question.getByRole('button', { name: 'Paste' }).click();
  await learner.sees('echo [201~two');
  await page.keyboard.press('Enter');
  await learner.sees(/^one$/m);
  await learner.sees(/^\[201~two$/m);

  // A Chinese input method composes on screen and sends the result once.
  const keyboard = await context.newCDPSession(page);
  await learner.prompt();
  await page.keyboard.type('echo ');
  for (const text of ['t', 'ta', 'tao', 'tao w', 'tao wa']) {
    await keyboard.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  }
  await keyboard.send('Input.insertText', { text: '套娃' });
  await learner.sees('echo 套娃');
  await page.keyboard.press('Enter');
  await learner.sees(/^套娃$/m);
  await learner.prompt();

  // The shell and the screen agree on widths: what is typed between them stands between them.
  await page.keyboard.type('echo 套娃🪆🇨🇳é👩\u200d💻|');
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
  await page.keyboard.type('<');
  await page.keyboard.press('Home');
  await page.keyboard.press('Delete');
  await page.keyboard.type('E=');
  await learner.sees(/E=cho 套娃🪆🇨🇳é<👩\u200d💻\|/);
  await page.keyboard.press('Control+C');

  // Selecting copies for who wants that; a program does not.
  await page.locator('.terminal-menu summary').click();
  await page.getByLabel('Copy what I select').check();
  await page.keyboard.press('Escape');
  await page.evaluate(() => navigator.clipboard.writeText('mine'));
  await learner.types("clear; printf '\\e]52;c;c3RvbGVu\\a'; echo word");
  await learner.sees(/^word$/m);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('mine');
  const row = await page.locator('lab-terminal:visible .xterm-rows > div').first().boundingBox();
  if (!row) throw new Error('no row');
  await page.mouse.dblclick(row.x + 8, row.y + row.height / 2);
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('word');
  const selected = page.locator('lab-terminal:visible .xterm-selection > div');
  await expect(selected).not.toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(selected).toHaveCount(0);
});

test('a terminal can be searched, read at any size, and left by keyboard', async ({ page, learner }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await learner.startLab();
  const flash = page.evaluate(bell);
  await learner.types(
    'seq 1000 1100; printf "see https://example.com/x and \\e]8;;javascript:alert(1)\\e\\\\\\\\bad\\e]8;;\\e\\\\\\\\ \\a\\n"',
  );
  expect(await flash).toBe('solid');
  await page.keyboard.press('Control+Shift+F');
  await page.getByRole('searchbox', { name: 'Find in this terminal' }).fill('105');
  await expect(page.locator('search-bar .found')).toHaveText(/^\d+ of 10$/);
  await page.keyboard.press('Escape');
  await expect(page.locator('search-bar')).toHaveCount(0);
  await learner.sees('1050'); // what was found stays in view
  await page.keyboard.press('Shift+End');

  // A link asks before it is followed; what is no web address is no link.
  const link = page.locator('.xterm-rows > div', { hasText: 'see https://example.com/x' }).last();
  const box = await link.boundingBox();
  if (!box) throw new Error('no link');
  const cell = box.width / (await columns(page));
  const hover = async (column: number) => {
    await page.mouse.move(box.x + cell * (column - 2), box.y + box.height / 2);
    await page.mouse.move(box.x + cell * column, box.y + box.height / 2, { steps: 3 });
  };
  await hover(8);
  await expect(page.locator('.xterm-cursor-pointer')).toHaveCount(1);
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByRole('dialog').locator('pre')).toHaveText('https://example.com/x');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await hover('see https://example.com/x and b'.length);
  await expect(page.locator('.xterm-cursor-pointer')).toHaveCount(0);

  // Larger letters, fewer columns; remembered.
  await page.locator('lab-terminal:visible .xterm-helper-textarea').focus();
  const before = await columns(page);
  await page.keyboard.press('Control+=');
  await expect.poll(() => columns(page)).toBeLessThan(before);
  const between = await columns(page);
  await page.keyboard.press('Control+=');
  await expect.poll(() => columns(page)).toBeLessThan(between);
  const larger = await columns(page);
  await learner.types('clear; tput cols');
  await learner.sees(new RegExp(`^${larger}$`, 'm'));
  await page.reload();
  await learner.prompt();
  await expect.poll(() => columns(page)).toBe(larger);
  await page.locator('.terminal-menu summary').click();
  // Dark on every page; for who wants that, light where the page is.
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect.poll(() => isLight(page)).toBe(false);
  }
  await page.getByLabel('Light on a light page').check();
  await expect.poll(() => isLight(page)).toBe(true);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await expect.poll(() => isLight(page)).toBe(false);
  await page.getByLabel('For screen readers').check();
  await expect(page.locator('.xterm-accessibility-tree')).toContainText(`${larger}`);
  await page.keyboard.press('Escape');
  await page.locator('lab-terminal:visible .xterm-helper-textarea').focus();
  await page.keyboard.press('Shift+F6');
  await expect(learner.tab('host')).toBeFocused();
});

test('full-screen programs come back as they were', async ({ page, learner, server }) => {
  await learner.startLab();
  await learner.types('seq 1 500 | less');
  await page.keyboard.press('Space');
  await page.keyboard.type('/321\n');
  await learner.sees(/^321\n(\d+\n)+: *$/);
  const before = await learner.screen();
  await page.reload();
  await expect.poll(() => learner.screen()).toBe(before);
  await page.locator('lab-terminal:visible .xterm-helper-textarea').focus();
  await page.keyboard.type('q');
  await learner.prompt();

  await learner.types('seq 1 5 > numbers; vi numbers');
  await learner.sees(/^~ *$/m);
  await page.keyboard.type('3GA 套娃');
  await page.keyboard.press('Escape');
  // What it has said about the file and its mode is gone when it paints anew.
  await page.keyboard.press('Control+l');
  await expect
    .poll(async () => (await picture(page)).filter((_, row, { length }) => [2, length - 1].includes(row)))
    .toEqual(['3 套娃|', '']);
  const edited = await picture(page);
  expect(edited.at(-3)).toMatch(/^~.* \[xterm-fg-12\]$/);
  await page.reload();
  await expect.poll(() => picture(page)).toEqual(edited);
  await expect.poll(() => server.kept()).toContain('套娃');
  await server.kill();
  await server.start();
  await expect(page.locator('lab-terminal[data-link="open"]')).toBeVisible({ timeout: 45_000 });
  await expect.poll(() => picture(page)).toEqual(edited);
  await page.reload();
  await expect.poll(() => picture(page)).toEqual(edited);
  await learner.types(':x');
  await learner.prompt();
  await learner.types('tail -n 3 numbers');
  await learner.sees(/^3 套娃 *\n4 *\n5 *$/m);

  await learner.types('TERM=xterm top -d 1');
  await learner.sees(/^ *PID USER/m);
  await page.reload();
  await learner.sees(/^ *PID USER/m);
  await learner.sees(/top - \d\d:/);
});

test('a dropped connection counts down, comes back by itself, and gives up with a button', async ({
  page,
  learner,
}) => {
  let isCut = false;
  let connections = 0;
  await page.routeWebSocket(/\/terminals\//, (socket) => {
    connections++;
    if (isCut) socket.close();
    else socket.connectToServer();
  });
  // Its timers run from here on; each leap lets what is due happen once.
  await page.clock.install();
  await learner.startLab();
  isCut = true;
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  const note = page.locator('.terminal-note');
  await expect(note).toContainText('Trying again in');
  const countsUntil = async (words: RegExp) => {
    const look = async () => {
      const said = await note.innerText();
      if (said.includes('Trying again in') && !words.test(said)) await page.clock.fastForward(16_000);
      return said;
    };
    await expect.poll(look, { intervals: [100] }).toMatch(words);
  };
  await countsUntil(/in 1\d s/);
  const connect = page.getByRole('button', { name: 'Connect now' });
  await connect.focus();
  await page.clock.runFor(1000);
  await expect(connect).toBeFocused();
  await countsUntil(/could not be restored/);
  isCut = false;
  await connect.click();
  await expect(note).toBeEmpty();
  await learner.types('echo back-$((40+2))');
  await learner.sees('back-42');

  // A clock that stood still, as under a closed lid: the connection is made again, from where it was.
  const before = connections;
  await page.clock.fastForward(60_000);
  await expect.poll(() => connections).toBeGreaterThan(before);
  await learner.types('echo awake-$((40+3))');
  await learner.sees(/back-42[\s\S]*awake-43/);
});

test('a recording is made with a visible sign and played at any speed', async ({ page, learner }) => {
  await learner.startLab();
  const menu = page.locator('.terminal-menu summary');
  await menu.click();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await expect(learner.tab('host').getByRole('img', { name: 'being recorded' })).toBeVisible();
  await learner.types('for i in 1 2 3; do echo part-$i; sleep 0.5; done; echo all-parts');
  await learner.sees(/^all-parts$/m);
  await menu.click();
  await page.getByRole('button', { name: 'Stop recording' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Play' }).click();
  const player = dialog.locator('recording-player');
  const rows = player.locator('.xterm-rows');
  await expect(rows).not.toContainText('part-1');
  await player.getByLabel('Speed').selectOption('8');
  await player.locator('.play').click();
  await expect(rows).toContainText('part-3');
  // From where it is led while it plays it would play on.
  await expect(player.locator('.play')).toHaveText('Play');
  await expect(rows).toContainText('part-3all-parts');
  await player.getByLabel('Position').fill('0');
  await expect(rows).not.toContainText('part-1');
  await player.getByText('As text').click();
  await expect(player.locator('pre')).toContainText('part-1\npart-2');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(dialog).toContainText('Nothing is recorded yet');
  await dialog.getByRole('button', { name: 'Close' }).click();

  const saved = page.waitForEvent('download');
  await menu.click();
  await page.getByRole('button', { name: 'Download what it printed' }).click();
  const text = await (await (await saved).createReadStream()).toArray();
  expect(Buffer.concat(text).toString()).toMatch(/^part-1\npart-2\npart-3\nall-parts$/m);
});

test('in Chinese everything is there, too', async ({ page, learner }) => {
  await learner.startLab(lesson.replace('/en/', '/zh/'), '启动实验');
  await page.locator('.terminal-menu summary').click();
  await expect(page.getByRole('button', { name: '开始录制' })).toBeVisible();
});

async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((words) => navigator.clipboard.writeText(words), text);
  await page.locator('lab-terminal:visible .xterm-helper-textarea').focus();
  await page.keyboard.press('Control+Shift+V');
}

/** The rows of the terminal on screen, a bar behind the cursor, the color that is not the usual one at the end. */
async function picture(page: Page): Promise<string[]> {
  return page.locator('lab-terminal:visible .xterm-rows').evaluate((rows) =>
    [...rows.children].map((row) => {
      const spans = [...row.children].map((span) => `${span.textContent}${span.matches('.xterm-cursor') ? '|' : ''}`);
      const color = /xterm-fg-\d+/.exec(row.innerHTML)?.[0];
      return `${spans.join('').replaceAll('\u00a0', ' ').trimEnd()}${color ? ` [${color}]` : ''}`;
    }),
  );
}

/** Whether the ground of the terminal on screen is lighter than its text. */
async function isLight(page: Page): Promise<boolean> {
  return page.locator('lab-terminal:visible .xterm-rows').evaluate((rows) => {
    const brightness = (color: string) =>
      (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, n) => sum + Number(n), 0);
    let ground: Element = rows;
    while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)' && ground.parentElement)
      ground = ground.parentElement;
    return brightness(getComputedStyle(ground).backgroundColor) > brightness(getComputedStyle(rows).color);
  });
}

/** In the page: how the next bell is shown, which is over in a moment. */
function bell(): Promise<string> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(([change]) => {
      observer.disconnect();
      resolve(getComputedStyle(change?.target as Element).outlineStyle);
    });
    observer.observe(document.body, { subtree: true, attributeFilter: ['data-bell'] });
  });
}

/** Columns of the terminal on screen, by its letters. */
async function columns(page: Page): Promise<number> {
  return page.evaluate(() => {
    const rows = document.querySelector('lab-terminal .xterm-rows') as HTMLElement;
    const letter = Object.assign(document.createElement('span'), { textContent: 'W'.repeat(100) });
    rows.append(letter);
    const { width } = letter.getBoundingClientRect();
    letter.remove();
    return Math.round(rows.getBoundingClientRect().width / (width / 100));
  });
}
