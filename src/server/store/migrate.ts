import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { NewerSchemaError } from './store.ts';

const migrationsFolder = join(import.meta.dirname, 'migrations');

/** Applies `0001-….sql` and following, each in a transaction; `user_version` is the number of the last one. */
export function migrate(db: DatabaseSync): void {
  const files = readdirSync(migrationsFolder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort();
  const version = () => (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version() > files.length) {
    throw new NewerSchemaError(
      `The database has schema ${version()}, this version knows ${files.length}: start the newer version, or use another LAB_DATA_DIR.`,
    );
  }
  for (const [index, name] of files.entries()) {
    // Two processes may open a new folder at once: the version is read again under the write lock.
    db.exec('BEGIN IMMEDIATE');
    try {
      if (version() === index)
        db.exec(`${readFileSync(join(migrationsFolder, name), 'utf8')}; PRAGMA user_version = ${index + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
}
