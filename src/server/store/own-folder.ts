import { realpathSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** Another install's labs and sandboxes: their engine knows them by its id. */
const leaveToOriginal = `
  DELETE FROM facts WHERE name = 'install';
  DELETE FROM sandboxes;
  UPDATE labs SET state = 'ended', ended_because = 'shutdown', ended_by = 'platform', ended_at = unixepoch() * 1000
    WHERE state <> 'ended';`;

/**
 * Notes where the database is. A copy whose original is still there becomes an install of its own, because each would
 * remove the other's sandboxes; one that was moved or restored stays what it was. Answers the original's path.
 */
export function ownFolder(db: DatabaseSync, file: string): string | undefined {
  const here = realpathSync(file);
  const noted = () => db.prepare("SELECT value FROM facts WHERE name = 'file'").get()?.value as string | undefined;
  if (noted() === here) return undefined;
  // Read again under the write lock: two processes may open it at once.
  db.exec('BEGIN IMMEDIATE');
  try {
    const before = noted() ?? here;
    const isCopy = isOther(before, here);
    if (isCopy) db.exec(leaveToOriginal);
    db.prepare("INSERT INTO facts VALUES ('file', ?) ON CONFLICT DO UPDATE SET value = excluded.value").run(here);
    db.exec('COMMIT');
    return isCopy ? before : undefined;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function isOther(file: string, here: string): boolean {
  const [there, own] = [file, here].map((path) => statSync(path, { throwIfNoEntry: false }));
  return there !== undefined && (there.dev !== own?.dev || there.ino !== own.ino);
}
