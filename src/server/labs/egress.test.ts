import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, readConfig } from '../config.ts';
import { isAllowed } from './egress.ts';

describe('the list of allowed addresses', () => {
  const allowed = ['registry-1.docker.io:443', '*.docker.com:443', '192.0.2.7:8443'];

  it('has exact names with their ports', () => {
    assert.ok(isAllowed(allowed, 'registry-1.docker.io', '443'));
    assert.ok(isAllowed(allowed, 'REGISTRY-1.docker.io', '443'));
    assert.ok(isAllowed(allowed, '192.0.2.7', '8443'));
    for (const [host, port] of [
      ['registry-1.docker.io', '80'],
      ['docker.io', '443'],
      ['evil-registry-1.docker.io', '443'],
      ['registry-1.docker.io.evil.example', '443'],
      ['', ''],
    ] as const) {
      assert.ok(!isAllowed(allowed, host, port), `${host}:${port}`);
    }
  });

  it('has a star for every name below, not for the name itself', () => {
    assert.ok(isAllowed(allowed, 'production.cloudflare.docker.com', '443'));
    assert.ok(!isAllowed(allowed, 'docker.com', '443'));
    assert.ok(!isAllowed(allowed, 'notdocker.com', '443'));
  });

  it('is empty by default, and refuses what is no address', () => {
    assert.deepEqual(readConfig({}).egress, []);
    assert.deepEqual(readConfig({ LAB_EGRESS: 'a.example:443, *.b.example:443' }).egress, [
      'a.example:443',
      '*.b.example:443',
    ]);
    for (const wrong of ['https://a.example', 'a.example', '*:443']) {
      assert.throws(() => readConfig({ LAB_EGRESS: wrong }), ConfigError, wrong);
    }
  });
});
