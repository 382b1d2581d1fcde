const controller = new AbortController();

/** Aborted when somebody asks the whole command to stop: Ctrl-C, SIGTERM, or the terminal was closed. */
export const stopSignal = controller.signal;

/** From here on these signals abort `stopSignal` instead of ending the process, so that it can clean up. */
export function listenForStop() {
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(name, () => controller.abort(name));
  }
  // A SIGTERM for npm ends the shell between npm and us, which does not pass it on; what we notice is a new parent.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) {
    const look = () => process.ppid !== parent && controller.abort('SIGTERM');
    setInterval(look, 500).unref();
  }
  // After the terminal was closed, writing to it fails; the clean-up must go on all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
