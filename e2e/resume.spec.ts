import { expect, Learner, test } from './journey.ts';

test('a resume link continues in another browser, with name, lab and progress', async ({
  page,
  learner,
  browser,
  server,
}) => {
  await learner.startLab();
  await page.locator('#learner-name').waitFor({ state: 'detached' });
  await learner.runBlocks('really-nested', 'load', 'start');
  await learner.passes('really-nested');
  const answer = await page.request.post('/api/me/resume-link', { headers: { Origin: server.address } });
  const { link } = await answer.json();
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(link);
  await expect(other.getByText('Done. You continue as')).toBeVisible();
  expect(other.url()).not.toContain('#');
  const [mine, theirs] = await Promise.all(
    [page, other].map(async (each) => (await each.request.get(`${server.address}/api/me`)).json()),
  );
  expect(theirs.learner).toEqual(mine.learner);
  expect(theirs.lab.id).toBe(mine.lab.id);
  await other.goto(page.url());
  await expect(other.locator('lesson-step#really-nested')).toHaveAttribute('data-passed');
  await elsewhere.close();
});

test('a resume link asks before it takes the place of a learner who has begun something', async ({
  page,
  browser,
  server,
}) => {
  await page.goto('/en/');
  // The browser is somebody once the page says who.
  await expect(page.getByText(/^Learner \d+$/)).toBeVisible();
  const { link } = await (
    await page.request.post('/api/me/resume-link', { headers: { Origin: server.address } })
  ).json();
  const elsewhere = await browser.newContext({ baseURL: server.address });
  const other = await elsewhere.newPage();
  const owner = new Learner(other);
  await owner.startLab();
  const before = (await (await other.request.get('/api/me')).json()).learner;
  await other.goto(link);
  const yes = other.getByRole('button', { name: 'Continue as the other learner' });
  await expect(yes).toBeVisible();
  expect((await (await other.request.get('/api/me')).json()).learner).toEqual(before);
  await owner.leave();
  await yes.click();
  await expect(other.getByText('Done. You continue as')).toBeVisible();
  expect((await (await other.request.get('/api/me')).json()).learner.id).not.toBe(before.id);
  await elsewhere.close();
});
