import type { Core } from '../server/app.ts';
import { hostile } from './hostile.ts';
import { type Row, row } from './row.ts';
import { focusTerminal, longestBlock, observe, run } from './terminal-page.ts';
import { openStage } from './terminal-stage.ts';

/** How long each stream of the corpus holds the main thread at a stretch, at most. */
export async function benchHostile(core: Core): Promise<Row[]> {
  await using stage = await openStage(core);
  const page = await stage.ours.open();
  const watcher = await (await stage.browser.newContext()).newPage();
  await watcher.addInitScript(observe);
  await watcher.goto(stage.server.instructorLink);
  await watcher.getByRole('button', { name: /over the shoulder/ }).click();
  await watcher.locator('lab-terminal[data-link="open"]').waitFor();
  await page.bringToFront();
  const blocks: Record<'learner' | 'watcher' | 'replay', number[]> = { learner: [], watcher: [], replay: [] };
  for (const [index, [name, perl]] of Object.entries(hostile).entries()) {
    const mark = `end-of-${index}`;
    // What the terminal answers to queries is read before the mark: at the prompt it would push the mark off the screen.
    const stream = `perl -e '${perl.replaceAll("'", String.raw`'\''`)}'; read -rst 1 -N 1000000; printf '\\033\\\\\\033c'; echo end-''of-${index}`;
    await focusTerminal(page);
    await page.keyboard.press('Control+C');
    await longestBlock(page);
    await longestBlock(watcher);
    await run(page, stream, new RegExp(`^${mark}$`, 'm'), 120_000);
    await watcher.locator('.xterm-rows').filter({ hasText: mark }).first().waitFor({ timeout: 120_000 });
    const learner = await longestBlock(page);
    blocks.learner.push(learner);
    blocks.watcher.push(await longestBlock(watcher));
    await page.reload();
    await page.locator('.xterm-rows').filter({ hasText: mark }).first().waitFor();
    blocks.replay.push(await longestBlock(page));
    console.error(`${name}: ${learner}, ${blocks.watcher.at(-1)}, ${blocks.replay.at(-1)} ms`);
  }
  return Object.entries(blocks).map(([who, times]) => row(`hostile streams: longest block, ${who}`, 'ms', times));
}
