import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { dockerAt } from './docker-at.ts';
import { DockerEngine } from './docker-engine.ts';
import { EngineDownError } from './engine.ts';

// As for an operator whose engine is on another machine: one at a file is reached there all the same.
process.env.DOCKER_HOST = 'tcp://127.0.0.1:1';

it('hangs up when the engine keeps silent about an exec', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-silent-'));
  t.after(() => rm(folder, { recursive: true }));
  const asked = Promise.withResolvers<Socket>();
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/start')) asked.resolve(request.socket);
    else response.writeHead(201).end('{"Id":"one"}');
  });
  t.after(() => server.close());
  const socketPath = join(folder, 'docker.sock');
  await once(server.listen(socketPath), 'listening');
  const docker = dockerAt(socketPath);
  const images = { sandbox: 'none', golden: 'none', standins: [] };
  await using engine = new DockerEngine({
    ...{ docker, dockerHost: undefined, install: 'test', isolation: 'matryoshka', images },
  });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const failure = assert.rejects(engine.exec('box', ['true']), EngineDownError);
  const line = await asked.promise;
  const closed = once(line, 'close');
  t.mock.timers.tick(60_000);
  await failure;
  await closed;
});
