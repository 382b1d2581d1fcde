import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { folders } from '../server/app.ts';
import { labFile } from '../shared/lab-spec.ts';
import { lessonFile, trackFile } from '../shared/lesson.ts';

const schemas = { lesson: lessonFile, lab: labFile, track: trackFile };

/** The JSON schemas of the files that authors write, by their path: editors help with them. */
export function schemaFiles(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      join(folders.root, 'docs/schema', `${name}.json`),
      `${JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), null, 2)}\n`,
    ]),
  );
}

/** Those that are not as the schemas in src/shared are. */
export async function staleSchemas(): Promise<string[]> {
  const files = await Promise.all(
    Object.entries(schemaFiles()).map(async ([path, text]) => ({
      path,
      isStale: (await readFile(path, 'utf8').catch(() => '')) !== text,
    })),
  );
  return files.filter(({ isStale }) => isStale).map(({ path }) => path);
}

/** `lab schemas`: writes them. */
export async function writeSchemas(): Promise<number> {
  for (const [path, text] of Object.entries(schemaFiles())) await writeFile(path, text);
  return 0;
}
