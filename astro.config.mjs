import { readFileSync } from 'node:fs';
import { unified } from '@astrojs/markdown-remark';
import mdx from '@astrojs/mdx';
import { defineConfig } from 'astro/config';
import remarkCjkFriendly from 'remark-cjk-friendly';
import { parse } from 'yaml';
import { classesForTokens } from './src/components/lesson/code-classes.ts';
import { remarkLesson } from './src/components/lesson/remark-lesson.ts';
import { remarkTerms } from './src/components/lesson/remark-terms.ts';
import { scriptBudget } from './src/components/script-budget.ts';
import { searchIndex } from './src/components/search-index.ts';
import { termsFile } from './src/shared/term.ts';

const terms = termsFile.parse(parse(readFileSync('lessons/terms.yaml', 'utf8')));

/** What every page loads, and what every lesson loads: one file each, because many small ones compress badly. */
const chunks = [
  {
    name: 'page',
    test: /src\/client\/(api|back-off|dialog-text|language|page-text|session|socket)\.ts|i18n\/fill\.ts|preload-helper/,
  },
  {
    name: 'elements',
    test: /lit-html|src\/client\/((drawn|session)-element|time|lab\/phases|lesson\/(here|steps|prediction-sentence))\.ts/,
  },
];

export default defineConfig({
  output: 'static',
  integrations: [mdx(), scriptBudget, searchIndex],
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
  vite: { build: { assetsInlineLimit: 0, rolldownOptions: { output: { codeSplitting: { groups: chunks } } } } },
});
