import { setTimeout as sleep } from 'node:timers/promises';

/** A shell at its prompt. */
export interface Typed {
  type(text: string): void;
  /** Resolves when output with that text has come. */
  shown(text: string): Promise<void>;
}

/** From a key to its echo, ms, so many times; the line is emptied again. */
export async function keyEchoes(shell: Typed, keys: number): Promise<number[]> {
  const times: number[] = [];
  for (let key = 0; key < keys; key++) {
    // Out of step with the limits on the processor, which are counted out every 100 ms.
    await sleep(100 + Math.random() * 100);
    const begun = performance.now();
    const echo = shell.shown('x');
    shell.type('x');
    await echo;
    times.push(performance.now() - begun);
    shell.type('\x15');
  }
  return times;
}
