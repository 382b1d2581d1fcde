import { chromium, type Page } from '@playwright/test';
import { Server } from '../../e2e/server.ts';
import config from '../../playwright.config.ts';

const rounds = 40;
const crowd = 60;

/** What the page has seen: when a box was on screen first, and the frames in which boxes were drawn. */
interface Seen {
  boxes: Record<string, number>;
  frames: { boxes: number; ms: number }[];
}
declare const seen: Seen;

/**
 * From an event of an L3 container's daemon until the page has drawn it, and what a whole map of sixty boxes takes a
 * browser: in how many frames the boxes appear, and until the first of these is painted. A server and a browser of its own.
 */
export async function benchMapPage(): Promise<{ shown: number[]; frames: number; paint: number[] }> {
  await using server = await Server.start();
  await using browser = await chromium.launch(config.use?.launchOptions);
  const page = await browser.newPage({ baseURL: server.address, viewport: { width: 1440, height: 900 } });
  await page.addInitScript(watchBoxes);
  await page.goto('/en/lessons/one-process-three-pids/');
  await page.locator('[data-action=claim]').click();
  await page.locator('lab-map .boxes').waitFor({ timeout: 60_000 });
  const { lab } = await (await page.request.get('/api/me')).json();
  const run = async (script: string) => {
    const { code, output } = await server.command('lab', 'exec', lab.id, '--', 'sh', '-ec', script);
    if (code !== 0) throw new Error(output);
    return output;
  };
  await run(`docker rm -fv $(docker ps -aq) || true
    docker run -d --privileged --name dind docker:dind
    until docker exec dind docker info; do sleep 0.2; done
    docker save alpine | docker exec -i dind docker load
    docker exec dind docker run -d alpine sleep 3600`);
  await page.locator('lab-map [data-container=dind] [data-container]').waitFor();
  const events = await run(`docker exec dind sh -c '
    docker events --filter event=rename --format "{{.Actor.Attributes.name}} {{.TimeNano}}" &
    sleep 1
    for n in $(seq ${rounds}); do docker rename $(docker ps -q) round-$n; sleep 1.5; done
    kill $!'`);
  const { boxes } = await page.evaluate(() => seen);
  const shown = [...events.matchAll(/^(round-\d+) (\d+)$/gm)].map(
    ([, name = '', nanoseconds]) => (boxes[name] ?? Number.NaN) - Number(nanoseconds) / 1e6,
  );
  await run(`for n in $(seq ${crowd}); do docker create --name c$n alpine true; done`);
  return { shown, ...(await paints(page)) };
}

async function paints(page: Page): Promise<{ frames: number; paint: number[] }> {
  const paint: number[] = [];
  let frames = 0;
  for (let round = 0; round < 10; round++) {
    await page.reload();
    await page.waitForFunction((most) => seen.frames.reduce((sum, { boxes }) => sum + boxes, 0) >= most, crowd);
    const drawn = await page.evaluate(() => seen.frames);
    frames = Math.max(frames, drawn.length);
    paint.push(drawn[0]?.ms ?? Number.NaN);
  }
  return { frames, paint };
}

/** Runs in the page. Boxes that one task has drawn are one frame's; a message after it comes when that is painted. */
function watchBoxes(): void {
  const state: Seen = { boxes: {}, frames: [] };
  Object.assign(globalThis, { seen: state });
  let pending: string[] = [];
  let begun = 0;
  const painted = (names: string[], since: number) => {
    for (const name of names) state.boxes[name] ??= Date.now();
    state.frames.push({ boxes: names.length, ms: performance.now() - since });
  };
  new MutationObserver((records) => {
    const added = records.flatMap(({ type, target, addedNodes }) => {
      const nodes = type === 'attributes' ? [target] : [...addedNodes];
      return nodes.flatMap((node) =>
        node instanceof HTMLElement ? [node, ...node.querySelectorAll<HTMLElement>('lab-map [data-container]')] : [],
      );
    });
    const names = added.flatMap((each) => each.dataset.container ?? []);
    if (names.length === 0) return;
    if (pending.length === 0) {
      begun = performance.now();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        const [drawn, since] = [pending, begun];
        pending = [];
        port1.onmessage = () => painted(drawn, since);
        port2.postMessage(undefined);
      });
    }
    pending.push(...names);
  }).observe(document, { subtree: true, childList: true, attributeFilter: ['data-container'] });
}
