import { after } from 'node:test';

/** From the end of a file's last test to the end of its process. */
const graceMs = 60_000;

// Preloaded into every file of tests: `node --test` waits for ever for a process that something keeps alive.
after(() => {
  setTimeout(() => {
    console.error(
      `The tests are over, but this keeps their process alive: ${process.getActiveResourcesInfo().join(', ')}`,
    );
    process.exit(1);
  }, graceMs).unref();
});
