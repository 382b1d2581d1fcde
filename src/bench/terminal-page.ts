import type { Page } from '@playwright/test';

/** Runs in the page before anything else: counts lines that arrive and how long the main thread is held. */
export function observe(): void {
  const seen = { lines: 0, longest: 0 };
  Object.assign(window, { seen });
  const newline = 10;
  const outputFrame = 1;
  const frameHead = 9;
  const countIn = (data: unknown) => {
    if (typeof data === 'string') seen.lines += data.split('\\n').length - 1;
    else if (data instanceof ArrayBuffer) {
      const bytes = new Uint8Array(data);
      if (bytes[0] === outputFrame) for (const byte of bytes.subarray(frameHead)) if (byte === newline) seen.lines++;
    }
  };
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => countIn(data));
    }
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
  }).observe({ type: 'longtask' });
}

type Observed = { seen: { lines: number; longest: number } };

export const linesSeen = (page: Page) => page.evaluate(() => (window as unknown as Observed).seen.lines);

/** Longest time that the main thread was held since this was asked last, ms. */
export const longestBlock = (page: Page) =>
  page.evaluate(() => {
    const { seen } = window as unknown as Observed;
    const { longest } = seen;
    seen.longest = 0;
    return longest;
  });

/**
 * Presses a key and resolves with the time from the key's event to the frame after which the text on screen fulfills the
 * pattern, ms. Both terminals draw with elements here.
 */
export async function pressToPainted(page: Page, key: string, pattern: RegExp, patience = 60_000): Promise<number> {
  await page.evaluate(
    ([source, flags, limit]) => {
      const wanted = new RegExp(source, flags);
      const painted = new Promise<number>((resolve, reject) => {
        let begun = 0;
        addEventListener(
          'keydown',
          (event) => {
            begun ||= event.timeStamp;
          },
          { capture: true, once: true },
        );
        const looked = setTimeout(() => reject(new Error(`never painted: ${source}`)), limit);
        const look = () => {
          const rows = [...document.querySelectorAll('.xterm-rows')].find((each) => each.checkVisibility());
          const text = [...(rows?.children ?? [])]
            .map(({ textContent }) => textContent?.trimEnd())
            .join('\n')
            .trimEnd();
          if (!begun || !wanted.test(text)) return requestAnimationFrame(look);
          clearTimeout(looked);
          // After the frame that shows it.
          const channel = new MessageChannel();
          channel.port1.onmessage = () => resolve(performance.now() - begun);
          return channel.port2.postMessage(undefined);
        };
        requestAnimationFrame(look);
      });
      Object.assign(window, { painted });
    },
    [pattern.source, pattern.flags, patience] as const,
  );
  await page.keyboard.press(key);
  return page.evaluate(() => (window as unknown as { painted: Promise<number> }).painted);
}

export async function focusTerminal(page: Page): Promise<void> {
  await page.locator('.xterm-helper-textarea:visible').first().focus();
}

/** Types a command and Enter; resolves with the time from Enter until the pattern is painted, ms. */
export async function run(page: Page, command: string, until: RegExp, patience?: number): Promise<number> {
  await focusTerminal(page);
  await page.keyboard.insertText(command);
  return pressToPainted(page, 'Enter', until, patience);
}
