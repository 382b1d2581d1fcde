import assert from 'node:assert/strict';
import test from 'node:test';
import { codeToHtml, createCssVariablesTheme } from 'shiki';
import { classesForTokens } from './code-classes.ts';

const theme = createCssVariablesTheme();

test('tokens have classes, parameters stay whole, and a variable is marked wherever it stands', async () => {
  const code = 'docker exec -it box sh -c "echo ‹lab.id›-x" # ‹attempt.nonce›';
  const html = await codeToHtml(code, { lang: 'shellscript', theme, transformers: [classesForTokens] });
  assert.ok(!html.includes('style='), html);
  assert.ok(html.includes('<span class="whole">-it</span>'), html);
  for (const name of ['lab.id', 'attempt.nonce']) {
    assert.match(html, new RegExp(`<span [^>]*data-variable="${name}">‹${name}›</span>`));
  }
  assert.equal(html.replace(/<[^>]+>/g, ''), code);
});
