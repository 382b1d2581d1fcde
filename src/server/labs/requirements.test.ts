import assert from 'node:assert/strict';
import test from 'node:test';
import { lackingOn } from './requirements.ts';

test('what a lesson may ask for is told from the machine’s facts', () => {
  assert.deepEqual(lackingOn({ cgroup: 'v2', isolation: 'matryoshka', standins: [] }), ['sysbox', 'egress']);
  assert.deepEqual(lackingOn({ cgroup: 'v1', isolation: 'userns-remap', standins: ['alpine'] }), [
    ...['cgroup-v2', 'nested-userns', 'official-images'],
    ...['sysbox', 'egress'],
  ]);
});
