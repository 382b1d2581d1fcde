import config from '../playwright.config.ts';
import { expect, test } from './journey.ts';

const { launchOptions } = config.use ?? {};
test.use({
  launchOptions: { ...launchOptions, args: [...(launchOptions?.args ?? []), '--enable-unsafe-swiftshader'] },
});

test('a terminal that prints much is drawn by WebGL, and by elements again when that fails', async ({
  page,
  learner,
}) => {
  // This browser draws in software, which the page would not take for an improvement.
  await page.addInitScript(() => {
    const unmaskedRenderer = 0x9246;
    const { getParameter } = WebGL2RenderingContext.prototype;
    const { getContext } = HTMLCanvasElement.prototype;
    const anyContext = function (this: HTMLCanvasElement, kind: string, wanted?: object) {
      return getContext.call(this, kind, { ...wanted, failIfMajorPerformanceCaveat: false });
    };
    Object.assign(HTMLCanvasElement.prototype, { getContext: anyContext });
    Object.assign(WebGL2RenderingContext.prototype, {
      getParameter(this: WebGL2RenderingContext, name: number) {
        return name === unmaskedRenderer ? 'A graphics card' : getParameter.call(this, name);
      },
    });
  });
  await learner.startLab();
  await expect(page.locator('.xterm-screen canvas')).toHaveCount(0);
  await learner.types('seq 1 200000; echo all-of-it');
  await expect(page.locator('lab-terminal .xterm-screen canvas').first()).toBeVisible();
  await expect(page.locator('.xterm-rows')).toHaveCount(0);
  await page.evaluate(() => {
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>('.xterm-screen canvas')) {
      canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
    }
  });
  await learner.sees('all-of-it');
});
