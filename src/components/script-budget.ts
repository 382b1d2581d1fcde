import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { AstroIntegration } from 'astro';

/** JavaScript that a lesson page may load before its terminal, bytes after gzip. */
const mostBytes = 15_000;

/** Fails the build when a lesson page loads more JavaScript than it may. */
export const scriptBudget: AstroIntegration = {
  name: 'script-budget',
  hooks: {
    'astro:build:done': async ({ dir, logger }) => {
      const site = fileURLToPath(dir);
      let largest = 0;
      for await (const page of glob('*/lessons/*/index.html', { cwd: site })) {
        const html = await readFile(join(site, page), 'utf8');
        const scripts = [...html.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, path = '']) => path);
        const files = await withImports(site, scripts);
        const size = [...files.values()].reduce((sum, code) => sum + gzipSync(code).length, 0);
        if (size > mostBytes) throw new Error(`${page} loads ${size} bytes of JavaScript, more than ${mostBytes}`);
        largest = Math.max(largest, size);
      }
      if (largest === 0) throw new Error('no lesson page with a script was built');
      logger.info(`a lesson page loads ${largest} bytes of JavaScript at most`);
    },
  },
};

/** The scripts and what they import at once, by path. */
async function withImports(site: string, scripts: readonly string[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const paths = [...scripts];
  for (const path of paths) {
    if (files.has(path)) continue;
    const code = await readFile(join(site, path), 'utf8');
    files.set(path, code);
    // A dynamic import has a parenthesis in between.
    for (const [, other = ''] of code.matchAll(/\b(?:from|import)\s*["'](\.[^"']+)["']/g)) {
      paths.push(join(dirname(path), other));
    }
  }
  return files;
}
