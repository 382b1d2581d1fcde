/** First wait after a lost connection, milliseconds; doubled with every further failure. */
const firstWait = 500;
/** Longest wait, milliseconds. */
const longestWait = 15_000;
/** Part of a wait that is left to chance, so that a class does not come back all at once. */
const jitter = 0.3;

/** Milliseconds to wait before attempt number `attempt` (0 is the first after the loss). */
export function waitBefore(attempt: number, random: () => number = Math.random): number {
  const wait = Math.min(longestWait, firstWait * 2 ** attempt);
  return Math.round(wait * (1 - jitter * random()));
}
