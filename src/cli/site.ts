import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folders } from '../server/app.ts';
import { PlainError } from './messages.ts';

/** Everything that the built site depends on. */
const sources = [
  'astro.config.mjs',
  'package-lock.json',
  'lessons/**/*.{yaml,mdx,sh}',
  'public/**/*',
  'src/content.config.ts',
  'src/{client,components,i18n,layouts,pages,shared,styles}/**/*',
];

const stampFile = join(folders.site, '.matryoshka-sources');

/** Whether `dist/` was built from the sources as they are. */
export async function isSiteBuilt(): Promise<boolean> {
  return (await readFile(stampFile, 'utf8').catch(() => '')) === (await sourcesHash());
}

/** Builds the site; its output goes to the log file. */
export async function buildSite(logFile: string): Promise<void> {
  const hash = await sourcesHash();
  const log = createWriteStream(logFile);
  const code = await new Promise<number | null>((resolve, reject) => {
    const astro = join(folders.root, 'node_modules/.bin/astro');
    const child = spawn(process.execPath, [astro, 'build'], {
      cwd: folders.root,
      env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.on('error', reject).on('close', resolve);
  });
  log.end();
  if (code !== 0) {
    const last = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-15).join('\n');
    throw new PlainError(`The site could not be built. Log: ${logFile}\n${last}`);
  }
  await writeFile(stampFile, hash);
}

async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  const files: string[] = [];
  for await (const entry of glob(sources, { cwd: folders.root, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
  }
  for (const file of files.sort()) hash.update(file.slice(folders.root.length)).update(await readFile(file));
  return hash.digest('hex');
}
