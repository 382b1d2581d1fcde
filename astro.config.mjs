import { readFileSync } from 'node:fs';
import { unified } from '@astrojs/markdown-remark';
import mdx from '@astrojs/mdx';
import { defineConfig } from 'astro/config';
import remarkCjkFriendly from 'remark-cjk-friendly';
import { parse } from 'yaml';
import { classesForTokens } from './src/components/lesson/code-classes.ts';
import { remarkLesson } from './src/components/lesson/remark-lesson.ts';
import { remarkTerms } from './src/components/lesson/remark-terms.ts';
import { searchIndex } from './src/components/search-index.ts';
import { termsFile } from './src/shared/term.ts';

const terms = termsFile.parse(parse(readFileSync('lessons/terms.yaml', 'utf8')));

export default defineConfig({
  output: 'static',
  integrations: [mdx(), searchIndex],
  devToolbar: { enabled: false },
  markdown: {
    // Smart dashes would corrupt the flags of commands.
    processor: unified({
      remarkPlugins: [remarkCjkFriendly, remarkTerms(terms), remarkLesson],
      smartypants: false,
    }),
    shikiConfig: { theme: 'css-variables', transformers: [classesForTokens] },
  },
  // The server's CSP allows no inline script, so nothing may be inlined.
  build: { inlineStylesheets: 'never' },
  vite: { build: { assetsInlineLimit: 0 } },
});
