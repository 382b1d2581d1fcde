import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { settled } from './testing.ts';

const { ask } = await import('./api.ts');

test('what a learner does before the server has answered who he is waits for that', async () => {
  const asked: string[] = [];
  const { promise: whoHeIs, resolve } = Promise.withResolvers<Response>();
  mock.method(globalThis, 'fetch', (path: string) => {
    asked.push(path);
    return path === '/api/me' ? whoHeIs : Promise.resolve(Response.json({}));
  });
  void ask('GET', 'me');
  const claimed = ask('POST', 'labs', {});
  await settled();
  assert.deepEqual(asked, ['/api/me']);
  resolve(Response.json({}));
  await claimed;
  assert.deepEqual(asked, ['/api/me', '/api/labs']);
});
