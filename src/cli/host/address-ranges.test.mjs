import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chooseAddresses,
  nameserverRanges,
  overlap,
  parseRange,
  rangesInUse,
  routedRanges,
} from './address-ranges.mjs';

const trie = `Main:
  +-- 0.0.0.0/0 3 0 4
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 172.17.0.0/16 2 0 2
        |-- 172.17.0.0
           /16 link UNICAST
        |-- 172.17.0.1
           /32 host LOCAL
Id 200:
     |-- 10.8.0.0
        /24 link UNICAST
`;

/** @param {string} cidr */
const range = (cidr) => {
  const parsed = parseRange(cidr);
  assert.ok(parsed, cidr);
  return parsed;
};

test('routes of all tables count, the default route does not', () => {
  assert.deepEqual(routedRanges(trie), [range('172.17.0.0/16'), range('172.17.0.1/32'), range('10.8.0.0/24')]);
});

test('this machine has routes', { skip: process.platform !== 'linux' }, () => {
  assert.ok(rangesInUse().some((each) => overlap(each, range('127.0.0.1/32'))));
});

test('a name server behind the default route keeps its address', () => {
  assert.deepEqual(nameserverRanges('nameserver 10.255.0.53\nnameserver fd00::1\n'), [range('10.255.0.53/32')]);
});

test('what is no range is refused', () => {
  for (const text of ['', '10.0.0.0', '10.0.0/8', '10.0.0.256/8', '10.0.0.0/33', '10.0.0.0/x']) {
    assert.equal(parseRange(text), undefined, text);
  }
});

test('the chosen addresses overlap nothing that is taken, whatever is taken', () => {
  for (let round = 0; round < 300; round += 1) {
    const taken = Array.from({ length: 40 }, () => {
      const prefix = 8 + Math.floor(Math.random() * 24);
      const base = Math.random() < 0.8 ? '10' : '172';
      const part = () => Math.floor(Math.random() * 256);
      return range(`${base}.${part()}.${part()}.${part()}/${Math.max(prefix, 12)}`);
    });
    const chosen = chooseAddresses(taken);
    if (!chosen) continue;
    for (const cidr of [chosen.bridge, chosen.pool, chosen.range]) {
      assert.ok(!taken.some((each) => overlap(each, range(cidr))), cidr);
    }
    assert.ok(!overlap(range(chosen.bridge), range(chosen.pool)));
  }
});

test('the range of the last time is taken again when it is free', () => {
  assert.equal(chooseAddresses([], ['10.77.0.0/16'])?.range, '10.77.0.0/16');
  assert.notEqual(chooseAddresses([range('10.77.3.0/24')], ['10.77.0.0/16'])?.range, '10.77.0.0/16');
});

test('a machine with everything taken has no room', () => {
  assert.equal(chooseAddresses([range('0.0.0.0/1'), range('128.0.0.0/1')]), undefined);
});
