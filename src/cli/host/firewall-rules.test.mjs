import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lostRules, rulesToDelete, sharedChains, sharedChainsRemoval } from './firewall-rules.mjs';

const foreign = `*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker0 -j DOCKER
-A DOCKER-USER -j RETURN
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
COMMIT
`;
const ours = `*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -o matryo-1 -j DOCKER
-A FORWARD -i br-0123456789ab ! -o br-0123456789ab -j ACCEPT
-A DOCKER-USER -j RETURN
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 10.200.0.0/24 ! -o matryo-1 -j MASQUERADE
-A DOCKER -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.200.0.2:80
COMMIT
`;
const bridges = ['matryo-1', 'br-0123456789ab'];

test('only rules that name our bridges or addresses are deleted', () => {
  assert.deepEqual(rulesToDelete(foreign, bridges, '10.200.0.0/16'), []);
  assert.deepEqual(
    rulesToDelete(ours, bridges, '10.200.0.0/16').map(({ rule }) => rule),
    [
      '-D FORWARD -o matryo-1 -j DOCKER',
      '-D FORWARD -i br-0123456789ab ! -o br-0123456789ab -j ACCEPT',
      '-D POSTROUTING -s 10.200.0.0/24 ! -o matryo-1 -j MASQUERADE',
      '-D DOCKER -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.200.0.2:80',
    ],
  );
});

test('a rule for every address is not ours', () => {
  assert.deepEqual(rulesToDelete('*nat\n-A POSTROUTING -s 0.0.0.0/0 -j MASQUERADE\n', [], '10.200.0.0/16'), []);
});

test('rules that another engine lost are found, those it still has are not', () => {
  const emptied = foreign.replace('-A FORWARD -o docker0 -j DOCKER\n', '');
  assert.deepEqual(lostRules(foreign, emptied), [{ table: 'filter', rule: '-A FORWARD -o docker0 -j DOCKER' }]);
  assert.deepEqual(lostRules(foreign, foreign), []);
});

test('the shared chains stay while another engine has rules in them', () => {
  assert.equal(sharedChainsRemoval(foreign), undefined);
});

test('the shared chains go, with the jumps to them, when nobody has rules in them', () => {
  const rest = ours
    .split('\n')
    .filter((line) => !/matryo-1|br-0|10\.200/.test(line))
    .join('\n');
  assert.equal(sharedChains(rest).length, 3);
  assert.deepEqual(sharedChainsRemoval(rest), [
    {
      table: 'filter',
      rules: ['-D FORWARD -j DOCKER-USER', '-F DOCKER', '-F DOCKER-USER', '-X DOCKER', '-X DOCKER-USER'],
    },
    { table: 'nat', rules: ['-D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER', '-F DOCKER', '-X DOCKER'] },
  ]);
});
