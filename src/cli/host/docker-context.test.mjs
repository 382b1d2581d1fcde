import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { activeContext, DockerContextError } from './docker-context.mjs';
import { temporaryFolder } from './temporary-folder.mjs';

/**
 * @param {string} home
 * @param {{ current?: string, contexts?: Record<string, string> }} content
 */
function writeDockerFolder(home, { current, contexts = {} }) {
  const folder = join(home, '.docker');
  mkdirSync(folder, { recursive: true });
  if (current) writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: current }));
  for (const [name, host] of Object.entries(contexts)) {
    const meta = join(folder, 'contexts/meta', createHash('sha256').update(name).digest('hex'));
    mkdirSync(meta, { recursive: true });
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  }
  return folder;
}

test('without a choice there is the default context', (context) => {
  const home = temporaryFolder(context);
  assert.equal(activeContext({ HOME: home }), undefined);
  writeDockerFolder(home, { current: 'default' });
  assert.equal(activeContext({ HOME: home }), undefined);
});

test('DOCKER_CONTEXT goes before the current context', (context) => {
  const home = temporaryFolder(context);
  writeDockerFolder(home, { current: 'one', contexts: { one: 'unix:///one.sock', two: 'tcp://two:2375' } });
  assert.deepEqual(activeContext({ HOME: home }), { name: 'one', host: 'unix:///one.sock' });
  assert.deepEqual(activeContext({ HOME: home, DOCKER_CONTEXT: 'two' }), { name: 'two', host: 'tcp://two:2375' });
  assert.equal(activeContext({ HOME: home, DOCKER_CONTEXT: 'default' }), undefined);
});

test('a context that was removed, and a broken file, are named', (context) => {
  const home = temporaryFolder(context);
  const folder = writeDockerFolder(home, { current: 'gone' });
  assert.throws(() => activeContext({ HOME: home }), DockerContextError);
  writeFileSync(join(folder, 'config.json'), '{');
  assert.throws(() => activeContext({ HOME: home }), /config\.json cannot be read/);
});
