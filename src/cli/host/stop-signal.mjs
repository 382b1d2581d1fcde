const controller = new AbortController();

/** Aborted when somebody asks the whole command to stop: Ctrl-C, SIGTERM, or the terminal was closed. */
export const stopSignal = controller.signal;

/** From here on these signals abort `stopSignal` instead of ending the process, so that it can clean up. */
export function listenForStop() {
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(name, () => controller.abort(name));
  }
  // After the terminal was closed, writing to it fails; the clean-up must go on all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
