// Ends the private engine when the time of the last lab that nobody watches is over (see keepEngineUntil).
import { join } from 'node:path';
import { hasTimedUsers } from './engine-users.mjs';
import { withLock } from './lock.mjs';
import { neededUntil } from './private-engine.mjs';
import { pause } from './run-command.mjs';

const [dir = ''] = process.argv.slice(2);

// One watcher is enough. The wait covers one that is just leaving.
await withLock(join(dir, 'watcher.lock'), watch, { waitSeconds: 5 }).catch(() => process.exit(0));

async function watch() {
  for (;;) {
    const until = await neededUntil(dir);
    // Nobody, or only processes: each of those ends the engine itself if it is the last.
    if (until === undefined || until === Number.POSITIVE_INFINITY) return;
    while (Date.now() < until * 1000 && hasTimedUsers(join(dir, 'users'))) await pause(1000);
  }
}
