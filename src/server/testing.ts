import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until the claim holds; fails after `within` ms. */
export async function eventually(claim: () => boolean | Promise<boolean>, within = 10_000): Promise<void> {
  for (const end = Date.now() + within; Date.now() < end; await sleep(5)) if (await claim()) return;
  assert.fail(`still not so after ${within / 1000} s: ${claim}`);
}
