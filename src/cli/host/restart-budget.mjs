const restartWindow = 120_000;
export const mostRestarts = 5;
const shortestPause = 500;
const longestPause = 8000;

/** Waits longer before each restart, and allows few of them: what always dies at once must not go on for ever. */
export class RestartBudget {
  /** @type {number[]} */
  #restarts = [];

  /**
   * @param {number} now milliseconds
   * @returns {number | undefined} milliseconds to wait, undefined when it is enough
   */
  next(now) {
    this.#restarts = this.#restarts.filter((at) => now - at < restartWindow);
    if (this.#restarts.length >= mostRestarts) return undefined;
    const wait = Math.min(longestPause, shortestPause * 2 ** this.#restarts.length);
    this.#restarts.push(now);
    return wait;
  }
}
