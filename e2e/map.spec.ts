import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { MapDaemon } from '../src/shared/map.ts';
import { expect, type Learner, test } from './journey.ts';

/** Boxes of the map by the names of the containers, from L1 inwards. */
function box(learner: Learner, ...chain: string[]) {
  return chain.reduce(
    (outer, name) => outer.locator(`[data-container="${name}"]`).first(),
    learner.page.locator('lab-map .boxes'),
  );
}

/** The line of a box that the keyboard reaches, and that is called by what the box says of itself. */
function line(learner: Learner, ...chain: string[]) {
  return box(learner, ...chain)
    .getByRole('treeitem')
    .first();
}

/** Daemons and containers by level and name, each inside its owner. */
function tree(daemons: readonly MapDaemon[]): object {
  return Object.fromEntries(
    daemons.map(({ level, name, containers }) => [
      `L${level} dockerd of ${name}`,
      Object.fromEntries(containers.map((each) => [`L${each.level} ${each.name}`, tree(each.daemons)])),
    ]),
  );
}

test('what a mounted socket starts appears beside the container, and survives it; what dind starts, inside', async ({
  learner,
  page,
  server,
}) => {
  await learner.startLab();
  await learner.types('docker run -d --name docker0 -v /var/run/docker.sock:/var/run/docker.sock docker sleep 999');
  await expect(box(learner, 'docker0')).toContainText('socket');
  await expect(page.locator('lab-map .lines .socket')).toHaveCount(1);
  await learner.types('docker exec docker0 docker run -d --name container3 alpine sleep 999');
  await expect(line(learner, 'container3')).toHaveAttribute('aria-level', '2');
  await expect(box(learner, 'docker0', 'container3')).toHaveCount(0);

  await learner.types('docker save alpine | docker exec -i dind-test docker load');
  await learner.types('docker exec dind-test docker run -d --name child alpine sleep 999');
  await expect(line(learner, 'dind-test', 'child')).toHaveAttribute('aria-level', '3');
  await expect(box(learner, 'dind-test', 'child')).toContainText(/\d+ → \d+ → 1/);
  const { lab } = await (await page.request.get('/api/me')).json();
  const { output } = await server.command('lab', 'map', lab.id, '--json');
  expect(tree(JSON.parse(output).daemons)).toEqual({
    'L1 dockerd of host': {
      'L2 dind-test': { 'L2 dockerd of dind-test': { 'L3 child': {} } },
      'L2 docker0': {},
      'L2 container3': {},
    },
  });

  await learner.types('docker rm -f docker0 dind-test');
  await expect(box(learner, 'child')).toHaveCount(0);
  await expect(box(learner, 'docker0')).toHaveCount(0);
  await expect(box(learner, 'container3')).toBeVisible();
  await expect(page.locator('lab-map [role=status]')).toContainText('container3 runs on');
});

test('a prediction is a ghost until reality answers', async ({ learner, page }) => {
  await learner.startLab();
  await page.getByRole('radio', { name: 'Only the inner one.' }).check();
  await page.getByRole('button', { name: 'Lock in' }).click();
  const ghost = page.locator('lab-map [data-container="dind-test"] .ghost');
  await expect(ghost).toContainText('container3');
  await learner.types('docker run -d --name container3 alpine sleep 999');
  await expect(ghost).toHaveCount(0);
  await expect(box(learner, 'container3')).toContainText('belongs inside dind-test');
});

test('by keyboard alone a box is found, opened, seen from the host, shown alone, and entered', async ({
  learner,
  page,
}) => {
  await learner.startLab();
  await expect(box(learner, 'dind-test')).toContainText('dockerd');
  await page.locator('lab-map [role=treeitem][tabindex="0"]').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('box-facts')).toContainText(/docker0 · [\d./]+ · MTU \d+/);
  await page.keyboard.press('ArrowRight');
  await expect(line(learner, 'dind-test')).toBeFocused();
  await expect(line(learner, 'dind-test')).toHaveAccessibleName(/^L2 · dind-test docker:dind · privileged [\d →]+$/);
  await page.keyboard.press('Enter');
  const facts = page.locator('box-facts');
  await expect(facts).toContainText('privileged');
  await expect(facts).toContainText('overlay2 on a volume');
  await facts.getByRole('button', { name: 'What does the host see?' }).press('Enter');
  await expect(facts.getByRole('table')).toContainText('dockerd');
  const { violations } = await new AxeBuilder({ page }).include('lab-map').analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  await line(learner, 'dind-test').focus();
  await page.keyboard.press('z');
  await expect(page.locator('lab-map .boxes > [data-container="dind-test"] > [role=treeitem]')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.locator('lab-map .boxes > [data-key=""]')).toBeVisible();
  await facts.getByRole('button', { name: 'Open a shell here' }).press('Enter');
  await learner.sees(/^#/m);
  await expect(box(learner, 'dind-test')).toHaveClass(/\bhere\b/);
});

test('names are shown as they are, whatever they look like', async ({ learner, page, server }) => {
  await learner.startLab();
  await learner.types(
    `docker tag alpine ${'a'.repeat(120)}:x && docker run -d --name n${'x'.repeat(200)} ${'a'.repeat(120)}:x sleep 9`,
  );
  await expect(box(learner, `n${'x'.repeat(200)}`)).toBeVisible();
  // Docker takes no markup in a name; what only calls itself a daemon may say anything.
  const name = `<img src=x>\u202e${'y'.repeat(255)}`;
  const impostor = readFileSync(join(import.meta.dirname, '../src/server/maps/impostor.pl'), 'base64');
  const { lab } = await (await page.request.get('/api/me')).json();
  const start = `echo ${impostor} | base64 -d >/tmp/impostor.pl
    perl /tmp/impostor.pl crowd /tmp/crowd.sock "$0" </dev/null >/dev/null 2>&1 &`;
  await server.command('lab', 'exec', lab.id, '--', 'sh', '-c', start, name);
  const crowd = page.locator('lab-map .boxes > .box > .inside').filter({ hasText: '<img src=x>' });
  await expect(crowd.getByRole('treeitem').last()).toContainText(name);
  await expect(page.locator('lab-map img')).toHaveCount(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});

test('the text beside the map says the same', async ({ learner, page }) => {
  await learner.startLab();
  await learner.types('docker run -d --name one --cap-add NET_ADMIN alpine sleep 999');
  await expect(box(learner, 'one')).toContainText('+NET_ADMIN');
  await page.locator('lab-map .as-text summary').click();
  // Looked at in one moment: the next look at the lab changes both.
  const onlyDrawn = (map: HTMLElement) => {
    const text = map.querySelector<HTMLElement>('.as-text')?.innerText ?? '';
    const facts = [...map.querySelectorAll<HTMLElement>('.boxes .name')].flatMap((box) =>
      box.innerText.split(/ · |\n/),
    );
    return facts.filter((fact) => !text.includes(fact.replaceAll(' → ', ', ')));
  };
  await expect.poll(() => page.locator('lab-map').evaluate(onlyDrawn)).toEqual([]);
});

test('the four ways stand side by side', async ({ learner, page }) => {
  test.setTimeout(180_000);
  await learner.page.goto('/en/compare/');
  await page.getByRole('button', { name: 'Start a lab' }).click();
  await page.getByRole('button', { name: 'User ids' }).click();
  // A row's name comes first in its header; the title of the lesson that proves it follows.
  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${name}`) }) });
  await expect(row('Output').getByRole('cell').last()).toContainText(/0\s+165536\s+65536/, { timeout: 120_000 });
  await expect(row('Privileged').getByRole('cell')).toHaveText([/no/, /yes/, /yes/, /no/]);
  await expect(row('Whose Docker').getByRole('cell')).toHaveText([/the host’s/, /its own/, /its own/, /its own/]);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
});
