import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { findEngine } from './find-engine.mjs';
import { pingEngine } from './ping-engine.mjs';
import { temporaryFolder } from './temporary-folder.mjs';

/**
 * A machine on which every host answers as written down, and all others are absent.
 *
 * @param {Record<string, import('./ping-engine.mjs').PingResult>} answers
 * @param {NodeJS.ProcessEnv} [env]
 */
const machine = (answers, env = {}) => ({
  env: { HOME: '/nonexistent', ...env },
  usualSockets: ['/usual.sock', '/own.sock'],
  privateSocket: '/private.sock',
  ping: async (/** @type {string} */ host) => answers[host] ?? /** @type {const} */ ('absent'),
});

/** @param {Parameters<typeof findEngine>[0]} surroundings */
async function outcomeOf(surroundings) {
  const search = await findEngine(surroundings);
  return search.outcome === 'found' ? search.env.DOCKER_HOST : search.outcome;
}

test('the usual socket, then the own one, then the private engine', async () => {
  const all = /** @type {const} */ ({
    'unix:///usual.sock': 'answers',
    'unix:///own.sock': 'answers',
    'unix:///private.sock': 'answers',
  });
  assert.equal(await outcomeOf(machine(all)), 'unix:///usual.sock');
  assert.equal(await outcomeOf(machine({ ...all, 'unix:///usual.sock': 'absent' })), 'unix:///own.sock');
  assert.equal(await outcomeOf(machine({ 'unix:///private.sock': 'answers' })), 'unix:///private.sock');
  assert.equal(await outcomeOf(machine({})), 'none');
});

test('a DOCKER_HOST that does not answer is never replaced by another engine', async () => {
  const surroundings = machine({ 'unix:///usual.sock': 'answers' }, { DOCKER_HOST: 'tcp://nowhere:2375' });
  const search = await findEngine(surroundings);
  assert.equal(search.outcome, 'problem');
  assert.match(search.outcome === 'problem' ? search.sentence : '', /DOCKER_HOST is tcp:\/\/nowhere:2375/);
});

test('DOCKER_HOST may be the private engine', async () => {
  const host = 'unix:///private.sock';
  const search = await findEngine(machine({ [host]: 'answers' }, { DOCKER_HOST: host }));
  assert.equal(search.outcome === 'found' && search.isPrivate, true);
});

test('a socket without permission is said, unless another engine answers', async () => {
  const search = await findEngine(machine({ 'unix:///usual.sock': 'denied' }));
  assert.match(search.outcome === 'problem' ? search.fix : '', /usermod -aG docker/);
  const both = machine({ 'unix:///usual.sock': 'denied', 'unix:///own.sock': 'answers' });
  assert.equal(await outcomeOf(both), 'unix:///own.sock');
});

test('a ping tells an engine from a dead socket, from something else and from nothing', async (context) => {
  const folder = temporaryFolder(context);
  const [live, dead] = [join(folder, 'live.sock'), join(folder, 'dead.sock')];
  let status = 200;
  const server = http.createServer((_, response) => response.writeHead(status).end());
  await new Promise((resolve) => server.listen(live, () => resolve(undefined)));
  context.after(() => server.close());
  writeFileSync(dead, '');
  assert.equal(await pingEngine(`unix://${live}`), 'answers');
  status = 404;
  assert.equal(await pingEngine(`unix://${live}`), 'silent');
  assert.equal(await pingEngine(`unix://${dead}`), 'absent');
  assert.equal(await pingEngine(`unix://${folder}/none.sock`), 'absent');
  assert.equal(await pingEngine('nonsense'), 'absent');
});
