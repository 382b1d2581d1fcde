import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { Dial } from './lab-engine-dial.ts';

/** A connection by a dial to an engine that does this with its end of it. */
async function dialled(t: TestContext, engine: (there: Socket) => void): Promise<{ socket: Socket; dial: Dial }> {
  const folder = await mkdtemp(join(tmpdir(), 'matryoshka-dial-'));
  const server = createServer({ allowHalfOpen: true }, engine).listen(join(folder, 'there'));
  await once(server, 'listening');
  const exec = { start: async () => connect(join(folder, 'there')) };
  const docker = { getContainer: () => ({ exec: async () => exec }) } as unknown as Docker;
  const dial = await Dial.listen(docker, 'container', folder);
  t.after(async () => {
    await dial[Symbol.asyncDispose]();
    server.close();
    await rm(folder, { recursive: true });
  });
  return { socket: connect(dial.file), dial };
}

/** What a command prints, as the engine frames it. */
function framed(text: Buffer): Buffer {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(text.length, 4);
  return Buffer.concat([head, text]);
}

it('what an engine said before it closed is read to its end, also slowly', async (t) => {
  const said = Buffer.alloc(3_000_000, 'x');
  const { socket } = await dialled(t, (there) => {
    for (let at = 0; at < said.length; at += 2 ** 15) there.write(framed(said.subarray(at, at + 2 ** 15)));
    there.end();
  });
  let read = 0;
  for await (const chunk of socket) {
    read += chunk.length;
    await sleep(5);
  }
  assert.equal(read, said.length);
});

it('whoever has asked everything still gets the answer', async (t) => {
  const { socket } = await dialled(t, async (there) => {
    const asked = await Array.fromAsync(there);
    there.end(framed(Buffer.concat([Buffer.from('heard '), ...asked])));
  });
  socket.end('question');
  assert.equal(Buffer.concat(await Array.fromAsync(socket)).toString(), 'heard question');
});

it('lets go of the engine when whoever asked is gone', async (t) => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const { socket } = await dialled(t, (there) => there.resume().on('end', () => there.end(resolve)));
  await once(socket, 'connect');
  socket.destroy();
  await left;
});

it('lets go of the engine when it is closed itself', async (t) => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const { socket, dial } = await dialled(t, (there) => {
    there.write(framed(Buffer.from('silent from here on')));
    there.resume().on('end', () => there.end(resolve));
  });
  await once(socket, 'data');
  await dial[Symbol.asyncDispose]();
  await left;
});
