import assert from 'node:assert/strict';
import test from 'node:test';
import { blockKind } from '../../shared/lesson.ts';
import { blockVariants } from './block-text.ts';

test('a block with one text has one variant', () => {
  assert.deepEqual(blockVariants({ run: 'docker ps\n' }), [{ text: 'docker ps', usual: true }]);
});

test('a text per fact shows cgroup v2 and official images until the server is known', () => {
  const variants = blockVariants({ run: { cgroup1: 'old', cgroup2: 'new' } });
  assert.deepEqual(
    variants.map((v) => [v.fact, v.usual]),
    [
      ['cgroup1', false],
      ['cgroup2', true],
    ],
  );
  assert.equal(blockVariants({ run: { standin: 'a', official: 'b' } }).find((v) => v.usual)?.text, 'b');
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: this is how lesson.yaml names them
test('our variables are placeholders, an escaped one is literal, Docker templates are untouched', () => {
  const [variant] = blockVariants({ run: "echo ${lab.id} $${HOME} '{{.Names}}'" });
  assert.equal(variant?.text, "echo ‹lab.id› ${HOME} '{{.Names}}'");
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: this is how lesson.yaml names them

test('the kind is the field that is there', () => {
  assert.equal(blockKind({ shows: 'x' }), 'shows');
  assert.equal(blockKind({ copy: 'x' }), 'copy');
});
