import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { Server } from './server.ts';

export { expect };

/** A journey gets a server for its file; `environment` are the settings it is started with. */
export const test = base.extend<{ learner: Learner }, { environment: Record<string, string>; server: Server }>({
  environment: [{}, { option: true, scope: 'worker' }],
  server: [
    async ({ environment }, use) => {
      await using server = await Server.start(environment);
      await use(server);
    },
    // Images and site are there; a canary lab may come first.
    { scope: 'worker', timeout: 240_000 },
  ],
  baseURL: async ({ server }, use) => use(server.address),
  learner: async ({ page }, use) => {
    const learner = new Learner(page);
    await use(learner);
    await learner.leave();
  },
});

export const lesson = '/en/lessons/one-process-three-pids/';

/** What a learner sees and does on a lesson's page, by what the page calls it. */
export class Learner {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens a page; resolves when it knows who its learner is. Whoever asks the server earlier becomes another one. */
  async opens(path: string): Promise<void> {
    const known = this.page.waitForResponse(/\/api\/me$/);
    await this.page.goto(path);
    await (await known).finished();
  }

  /** Opens the lesson and starts a lab; resolves when the shell has shown its prompt. */
  async startLab(path = lesson, button = 'Start the lab'): Promise<void> {
    await this.page.goto(path);
    await this.page.getByRole('button', { name: button }).click();
    await this.prompt();
  }

  /** Ends his lab, so that it does not wait for its time beside the next journey. */
  async leave(): Promise<void> {
    const me = await this.page.request.get('/api/me').then((answer) => answer.json());
    if (!me.lab || me.lab.state === 'ended') return;
    await this.page.request.delete(`/api/labs/${me.lab.id}`, { headers: { Origin: new URL(this.page.url()).origin } });
  }

  /** The terminal on screen stands at its prompt, and did so a moment ago: what was typed before has ended. */
  async prompt(): Promise<void> {
    let before = '';
    await expect
      .poll(
        async () => {
          const now = (await this.screen()).trimEnd();
          const settled = now === before;
          before = now;
          return settled && now.endsWith('#');
        },
        { intervals: [300] },
      )
      .toBe(true);
  }

  /** Rows of the terminal that is shown. */
  async screen(): Promise<string> {
    return (await this.page.locator('lab-terminal:visible .xterm-rows > div').allInnerTexts())
      .join('\n')
      .replaceAll('\u00a0', ' ');
  }

  async sees(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.screen()).toMatch(typeof text === 'string' ? new RegExp(RegExp.escape(text)) : text);
  }

  /**
   * Types a line into the terminal that is shown, as on a keyboard. It stands there before Enter is pressed: the prompt
   * that `prompt` finds afterwards is the next one.
   */
  async types(line: string): Promise<void> {
    await this.page.locator('lab-terminal:visible .xterm-helper-textarea').focus();
    await this.page.keyboard.type(line);
    // A long one is broken at any place.
    const written = new RegExp(`${RegExp.escape(line.replace(/\s/g, ''))}$`);
    await expect.poll(async () => (await this.screen()).replace(/\s/g, '')).toMatch(written);
    await this.page.keyboard.press('Enter');
  }

  step(id: string): Locator {
    return this.page.locator(`lesson-step#${id}`);
  }

  /** Takes a new machine; resolves when its shell is there. */
  async resets(): Promise<void> {
    await this.page.locator('lab-bar [data-action="reset"]').click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Reset the lab' }).click();
    await this.wasReset('Your lab was reset.');
  }

  /** That is told when it begins, with the old shell still on screen; nothing can be done before it is through. */
  async wasReset(notice: string): Promise<void> {
    await expect(this.page.getByText(notice)).toBeVisible();
    await expect(this.page.locator('lab-bar [data-state="ready"]')).toBeVisible();
    await this.prompt();
  }

  /** Runs the step's blocks in their order, waiting for each to have been typed and to have ended. */
  async runBlocks(step: string, ...ids: string[]): Promise<void> {
    for (const id of ids) {
      const before = await this.screen();
      const typed = this.page.waitForResponse(/\/blocks$/);
      await this.step(step).locator(`run-block[data-block="${id}"]`).locator('button.run').click();
      expect((await typed).status()).toBe(200);
      // The server has typed it; the page shows that a moment later.
      await expect.poll(() => this.screen()).not.toBe(before);
      await this.prompt();
    }
  }

  async passes(step: string): Promise<void> {
    await expect(this.step(step).locator('.check[data-status="passed"]')).toBeVisible({ timeout: 30_000 });
  }

  tab(name: string): Locator {
    return this.page.locator(`[role=tab][data-terminal="${name}"]`);
  }
}
