import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '../testing.ts';
import { spawnNodePty } from './node-pty.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

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

  it('passes a long paste whole to a program that reads slowly', async () => {
    const text = Buffer.from(Array.from({ length: 300_000 }, (_, n) => 97 + (n % 26)));
    const { pty, exit, output } = open('stty raw -echo; echo up; sleep 0.2; head -c 300000 | cksum');
    await eventually(() => output().includes('up'));
    for (let at = 0; at < text.length; at += 65_536) pty.write(text.subarray(at, at + 65_536));
    await exit;
    const expected = execFileSync('cksum', { input: text }).toString().trim();
    assert.ok(output().includes(expected), output().toString());
  });

  it('keeps little for a program that does not read', async () => {
    const { pty, output, exit } = open('stty raw -echo; echo up; sleep 30');
    await eventually(() => output().includes('up'));
    const bytes = () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    const before = bytes();
    for (let n = 0; n < 1000; n++) {
      pty.write(Buffer.alloc(65_536, 97));
      await new Promise(setImmediate);
    }
    // Buffers are given back by a thread of the collector, a moment after it has run.
    await eventually(() => bytes() - before < 2 ** 23);
    pty.kill();
    await exit;
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
