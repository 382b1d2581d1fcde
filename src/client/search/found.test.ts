import assert from 'node:assert/strict';
import test from 'node:test';
import { foundIn } from './found.ts';

const at = (balanced_score: number) => [{ balanced_score }];

test('a result leads to the step that speaks most of it, by the step’s own address', () => {
  const found = foundIn({
    url: '/en/lessons/owning-the-host/',
    excerpt: 'at the top',
    meta: { title: 'Owning the host', track: 'The host’s socket' },
    sub_results: [
      { title: 'Owning the host', url: '/en/lessons/owning-the-host/', excerpt: 'little', weighted_locations: at(1) },
      {
        title: 'No mount needed',
        url: '/en/lessons/owning-the-host/#no-mount-needed-title',
        excerpt: '<mark>nsenter </mark><mark>-t </mark>1 &lt;name&gt;',
        weighted_locations: [...at(2), ...at(3)],
      },
    ],
  });
  assert.deepEqual(found, {
    href: '/en/lessons/owning-the-host/#no-mount-needed',
    lesson: 'Owning the host',
    track: 'The host’s socket',
    step: 'No mount needed',
    excerpt: ['', 'nsenter -t', ' 1 <name>'],
  });
});

test('what parted Chinese for the index is gone', () => {
  const found = foundIn({
    url: '/zh/lessons/x/',
    excerpt: '在 <mark>宿 </mark><mark>主 </mark><mark>机\u200b</mark>\u200b上',
    meta: { title: '接 管 宿 主 机' },
    sub_results: [],
  });
  assert.deepEqual(found.excerpt, ['在', '宿主机', '上']);
  assert.deepEqual([found.lesson, found.step, found.href], ['接管宿主机', '', '/zh/lessons/x/']);
});
