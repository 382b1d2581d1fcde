import assert from 'node:assert/strict';
import test from 'node:test';
import { problemCodes } from '../shared/problem.ts';
import * as en from './en.ts';
import * as zh from './zh.ts';

/** Every text of a language by its path, such as `page.bar.reset`. */
function texts(tree: object, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const at = path ? `${path}.${key}` : key;
    return typeof value === 'string' ? [[at, value] as [string, string]] : texts(value, at);
  });
}
const english = new Map(texts(en));
const chinese = new Map(texts(zh));
const placeholders = (text: string) => [...new Set(text.match(/\{[\w-]+\}/g) ?? [])].sort();

test('both languages have the same texts', () => {
  assert.deepEqual([...chinese.keys()].sort(), [...english.keys()].sort());
});

test('a text has the same placeholders in both languages', () => {
  for (const [path, text] of english) {
    // A form for one thing may write the number as a word, and a language without plurals writes it.
    if (path.endsWith('.one')) continue;
    assert.deepEqual(placeholders(chinese.get(path) ?? ''), placeholders(text), path);
  }
});

test('every problem has a sentence', () => {
  for (const code of problemCodes) assert.ok(english.get(`dialog.problems.${code}`), code);
});

test('no text is empty', () => {
  for (const [path, text] of [...english, ...chinese]) assert.notEqual(text.trim(), '', path);
});

/** Names that stay as they are in Chinese text. */
const kept = new Set(['map.daemon', 'map.capability', 'map.way.tcp', 'map.way.tls', 'instructor.isolations.sysbox']);

test('Chinese is written as Chinese', () => {
  for (const [path, text] of chinese) {
    if (!kept.has(path)) assert.match(text, /\p{Script=Han}/u, path);
    assert.doesNotMatch(text, /您|进行|实现了对/, path);
    assert.doesNotMatch(text, /\p{Script=Han}\s*[,;:?!]/u, `${path}: half-width punctuation`);
    assert.doesNotMatch(text.replaceAll('宿主机', ''), /主机/, `${path}: 宿主机`);
  }
});
