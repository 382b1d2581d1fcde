import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { dockerAt } from './docker-at.ts';
import { DockerEngine } from './docker-engine.ts';
import { EngineDownError } from './engine.ts';

// As for an operator whose engine is on another machine: one at a file is reached there all the same.
process.env.DOCKER_HOST = 'tcp://127.0.0.1:1';

it('hangs up when the engine keeps silent about an exec', async (t) => {
  const asked = Promise.withResolvers<Socket>();
  const engine = await engineBehind(t, (request, response) => {
    if (request.url?.endsWith('/start')) asked.resolve(request.socket);
    else response.writeHead(201).end('{"Id":"one"}');
  });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const failure = assert.rejects(engine.exec('box', ['true']), EngineDownError);
  const line = await asked.promise;
  const closed = once(line, 'close');
  t.mock.timers.tick(60_000);
  await failure;
  await closed;
});

it('ends its events also when the signal aborts before the engine has answered', { timeout: 10_000 }, async (t) => {
  const asked = Promise.withResolvers<ServerResponse>();
  const engine = await engineBehind(t, (_, response) => asked.resolve(response));
  const abort = new AbortController();
  const events = Array.fromAsync(engine.events(abort.signal));
  const response = await asked.promise;
  abort.abort();
  response.flushHeaders();
  assert.deepEqual(await events, []);
});

/** An engine whose daemon is that listener. */
async function engineBehind(t: TestContext, daemon: RequestListener): Promise<DockerEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-daemon-'));
  const server = createServer(daemon);
  t.after(async () => {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  });
  const socketPath = join(folder, 'docker.sock');
  await once(server.listen(socketPath), 'listening');
  const docker = dockerAt(socketPath);
  const images = { sandbox: 'none', golden: 'none', standins: [] };
  return new DockerEngine({ docker, dockerHost: undefined, install: 'test', isolation: 'matryoshka', images });
}
