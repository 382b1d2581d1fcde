import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, readConfig } from './config.ts';

/** The one sentence with which a start is stopped; it names the variable. */
function refused(env: Record<string, string>, variable: string): string {
  let sentence = '';
  assert.throws(
    () => readConfig(env),
    (error) => {
      assert.ok(error instanceof ConfigError);
      sentence = error.message;
      return true;
    },
  );
  assert.ok(sentence.includes(variable), `${variable} in: ${sentence}`);
  return sentence;
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    const config = readConfig({ PATH: '/bin', HOME: '/root' });
    assert.deepEqual([config.port, config.host, config.poolSize, config.lease], [3000, '127.0.0.1', 1, 300_000]);
    assert.ok(config.dataDir.startsWith('/') && config.dataDir.endsWith('/var'));
    assert.deepEqual(config.life, {});
    assert.equal(config.tls, undefined);
  });

  it('takes an empty variable for one that is not set', () => {
    assert.equal(readConfig({ PORT: '', LAB_TTL: '', LAB_ORIGIN: '' }).port, 3000);
  });

  it('reads durations, origins and flags', () => {
    const config = readConfig({ LAB_TTL: '90s', LAB_MAX_TTL: '2h', LAB_IDLE: '5m', LAB_OFFLINE: '1', PORT: '0' });
    assert.deepEqual(config.life, { ttl: 90_000, max: 7_200_000, idle: 300_000 });
    assert.deepEqual([config.offline, config.port], [true, 0]);
    assert.equal(readConfig({ LAB_ORIGIN: 'https://labs.example/en/?x' }).origin, 'https://labs.example');
  });

  it('refuses a LAB_ name that it does not know, and tells those it knows', () => {
    assert.match(refused({ LAB_POLL_SIZE: '2' }, 'LAB_POLL_SIZE'), /LAB_POOL_SIZE/);
  });

  it('refuses a value that cannot be used, with name and value', () => {
    const bad = {
      PORT: ['http', '-1', '65536', '1.5'],
      LAB_POOL_SIZE: ['many', '-1', '21'],
      LAB_MAX_LABS: ['0', '1e9', 'x'],
      LAB_TTL: ['soon', '90', '-5m', '5 m', '1d', '0s', '4s'],
      LAB_MAX_TTL: ['x', '0s'],
      LAB_IDLE: ['never', '0s'],
      LAB_LEASE: ['5', '0s', '5s'],
      LAB_ORIGIN: ['labs.example', 'not a url', 'localhost:3000', 'labs.example:3000', 'file:///labs'],
      LAB_LOG: ['loud'],
      LAB_OFFLINE: ['yes'],
      LAB_ISOLATION: ['none'],
    };
    for (const [name, values] of Object.entries(bad)) {
      for (const value of values) assert.ok(refused({ [name]: value }, name).includes(value), `${name}=${value}`);
    }
  });

  it('listens where others reach it only with an address, a number of labs, and a fence', () => {
    const enough = { LAB_ORIGIN: 'https://labs.example', LAB_MAX_LABS: '20' };
    for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'labs.example']) {
      refused({ HOST }, 'LAB_ORIGIN');
      refused({ HOST, LAB_ORIGIN: enough.LAB_ORIGIN }, 'LAB_MAX_LABS');
      assert.match(
        refused({ HOST, ...enough, LAB_ISOLATION: 'privileged-i-trust-every-learner' }, 'HOST'),
        /privileged.*127\.0\.0\.1/,
      );
      assert.equal(readConfig({ HOST, ...enough }).isPublic, true);
    }
    for (const HOST of ['127.0.0.1', 'localhost', '::1']) assert.equal(readConfig({ HOST }).isPublic, false);
  });

  it('takes privileged labs by their whole sentence only', () => {
    for (const LAB_ISOLATION of ['privileged', 'privileged-i-trust', 'Privileged-I-trust-every-learner']) {
      refused({ LAB_ISOLATION }, 'LAB_ISOLATION');
    }
    assert.equal(readConfig({}).isolation, 'auto');
  });

  it('refuses half a certificate, and a hard end before the end', () => {
    refused({ LAB_TLS_CERT: 'cert.pem' }, 'LAB_TLS_KEY');
    refused({ LAB_TLS_KEY: 'key.pem' }, 'LAB_TLS_CERT');
    refused({ LAB_TTL: '2h', LAB_MAX_TTL: '1h' }, 'LAB_MAX_TTL');
    assert.ok(readConfig({ LAB_TLS_CERT: 'cert.pem', LAB_TLS_KEY: 'key.pem' }).tls?.key.endsWith('/key.pem'));
  });
});
