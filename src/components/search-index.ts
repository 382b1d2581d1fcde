import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { close, createIndex } from 'pagefind';
import { spaced } from '../shared/han.ts';

/** What is asked, hinted, or explained would give answers away; heads say the same everywhere. */
const excludeSelectors = [
  'predict-box, answer-box, .hint, .why, .solution',
  '.meta, .lacking, noscript, .onward, .block-head, .kicker, .step-number, details.example',
];

/** Pagefind's own interfaces; the site has one that looks like the rest of it. */
const unused = /^pagefind-(ui|modular-ui|component-ui|highlight)\./;

/** Makes `pagefind/` in the built site: an index for each language, of what has `data-pagefind-body`. */
export const searchIndex: AstroIntegration = {
  name: 'search-index',
  hooks: {
    'astro:build:done': async ({ dir, logger }) => {
      const site = fileURLToPath(dir);
      try {
        const { index } = done(await createIndex({ excludeSelectors }));
        if (!index) throw new Error('pagefind made no index');
        for await (const page of glob('*/lessons/*/index.html', { cwd: site })) {
          done(
            await index.addHTMLFile({ sourcePath: page, content: spaced(await readFile(join(site, page), 'utf8')) }),
          );
        }
        const { files } = done(await index.getFiles());
        for (const { path, content } of files.filter(({ path }) => !unused.test(path))) {
          const file = join(site, 'pagefind', path);
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, content);
        }
        logger.info('lessons can be searched');
      } finally {
        await close();
      }
    },
  },
};

/** Pagefind reports what went wrong beside its answer. */
function done<Answer extends { errors: string[] }>(answer: Answer): Answer {
  if (answer.errors.length > 0) throw new Error(answer.errors.join('\n'));
  return answer;
}
