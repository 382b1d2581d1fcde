import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Origins } from './origin.ts';

it('names the address that is listened on', () => {
  const main = (host: string, configured?: string) => {
    const origins = new Origins({ configured, host, tls: false });
    origins.setPort(80);
    assert.ok(origins.allows(origins.main), origins.main);
    return origins.main;
  };
  assert.equal(main('127.0.0.1'), 'http://127.0.0.1', 'as browsers write it');
  assert.equal(main('::1'), 'http://[::1]');
  assert.equal(main('localhost'), 'http://localhost');
  assert.equal(main('::1', 'https://labs.example'), 'https://labs.example');
});
