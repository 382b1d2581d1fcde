import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for one test, removed when it ends.
 *
 * @param {{ after: (cleanUp: () => void) => void }} context
 */
export function temporaryFolder(context) {
  const folder = mkdtempSync(join(tmpdir(), 'matryoshka-test-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
