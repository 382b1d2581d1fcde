import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../labs/testing.ts';
import { spawnNodePty } from './node-pty.ts';

const size = { columns: 80, rows: 24 };

function open(script: string) {
  let output = Buffer.alloc(0);
  const exit = Promise.withResolvers<number>();
  const pty = spawnNodePty({ file: 'sh', args: ['-c', script], env: {} }, size, {
    onData: (bytes) => {
      output = Buffer.concat([output, bytes]);
    },
    onExit: exit.resolve,
  });
  return { pty, exit: exit.promise, output: () => output };
}

describe('a pty on this machine', () => {
  it('hands over bytes, not text: half a character stays half', async () => {
    const { exit, output } = open('printf "\\344\\270"');
    assert.equal(await exit, 0);
    assert.deepEqual(output(), Buffer.from([0xe4, 0xb8]));
  });

  it('passes typing, size and the exit code', async () => {
    const { pty, exit, output } = open('read line; stty size; echo "got $line"; exit 9');
    pty.resize({ columns: 91, rows: 41 });
    pty.write(Buffer.from('你好\r'));
    assert.equal(await exit, 9);
    assert.match(output().toString(), /41 91\r\ngot 你好/);
  });

  it('takes a resize and a key for a process that has ended, or closed its terminal', async () => {
    const ended = open('exit 0');
    await ended.exit;
    ended.pty.resize(size);
    ended.pty.write(Buffer.from('x'));
    ended.pty.kill();
    const closed = open('echo begun; exec sleep 30 </dev/null >/dev/null 2>&1');
    await eventually(() => closed.output().includes('begun'));
    for (let n = 0; n < 20; n++) {
      closed.pty.resize(size);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    closed.pty.kill();
    await closed.exit;
  });
});
