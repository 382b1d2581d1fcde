import { EngineProxy } from './engine-proxy.ts';
import { test as base, expect, lesson } from './journey.ts';
import { Server } from './server.ts';

const test = base.extend<object, { engineProxy: EngineProxy }>({
  engineProxy: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it must build from this pattern
    async ({}, use) => {
      await using proxy = await EngineProxy.open();
      await use(proxy);
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ engineProxy: proxy }, use) => {
      // The way to the labs' engine is cut with the one to the machine's only where its files cannot be seen.
      await using server = await Server.start({ DOCKER_HOST: proxy.host }, await proxy.volumes());
      await use(server);
      await proxy.connect().catch(() => undefined);
    },
    { scope: 'worker' },
  ],
});

test('an engine that goes away is told in a sentence, and work goes on when it is back', async ({
  page,
  learner,
  engineProxy: proxy,
}) => {
  await learner.startLab();
  await learner.types('answer=42; echo set-$((1+1))');
  await learner.sees('set-2');
  await proxy.cut();
  await expect(page.getByText('The container engine does not answer. Your lab waits until it is back.')).toBeVisible();
  expect((await page.request.get('/healthz')).status()).toBe(503);
  await proxy.connect();
  await expect(page.getByText('The container engine is back.')).toBeVisible();
  await page.reload();
  await learner.prompt();
  await learner.types('echo answer-$answer');
  await learner.sees('answer-42');
});

test('a lab cannot start while the engine is down; trying again works', async ({
  browser,
  server,
  engineProxy: proxy,
}) => {
  const context = await browser.newContext({ baseURL: server.address });
  const page = await context.newPage();
  await page.goto(lesson);
  await proxy.cut();
  await page.getByRole('button', { name: 'Start the lab' }).click();
  const workspace = page.locator('lab-workspace');
  await expect(workspace).toContainText('It could not be started or stopped working.');
  await expect(workspace).toContainText('The engine does not answer');
  await proxy.connect();
  await page.getByRole('button', { name: 'Start a fresh lab' }).click();
  await expect(page.locator('lab-terminal[data-link="open"]')).toBeVisible({ timeout: 30_000 });
  await context.close();
});
