import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { LabSpec } from '../../shared/lab-spec.ts';
import { spawnNodePty } from '../terminals/node-pty.ts';
import { eventually } from '../testing.ts';
import { type Engine, type EngineEvent, NotReadyError, SandboxGoneError, type ShellCommand } from './engine.ts';

/** What a suite opens: an engine of its own and a spec whose sandboxes it can make. */
export interface EngineUnderTest extends AsyncDisposable {
  engine: Engine;
  spec: LabSpec;
  /** A lease, ms, that does not end before a sandbox is created, and for whose end a test can wait. */
  shortLease: number;
}

/** Shell and tools that are in every sandbox, whatever the engine: a path in the sandbox, or a name. */
const shell = 'sh';
const longLease = 10 * 60_000;

/** What every Engine promises. `open` is called once; its sandboxes are removed by the suite. */
export function describeEngine(name: string, open: () => Promise<EngineUnderTest>): void {
  // The first on a machine has all images to make, or waits for who makes them.
  describe(`engine contract: ${name}`, { timeout: 600_000 }, () => {
    let opened: EngineUnderTest;
    let engine: Engine;
    let ref: string;
    let id: string;

    const create = async (lease = longLease, signal?: AbortSignal) => {
      const own = randomBytes(6).toString('hex');
      const request = { id: own, shape: 'contract', spec: opened.spec, leaseUntil: Date.now() + lease };
      return { id: own, ref: await engine.create(request, signal) };
    };
    const sh = (script: string) => engine.exec(ref, [shell, '-c', script]);
    const runs = async (command: string) => {
      const look = `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null | grep '^${command}'`;
      return (await sh(look)).stdout !== '';
    };
    /** A command that no other test has started. */
    const sleeper = () => `sleep 3600.${randomBytes(3).readUIntBE(0, 3)}`;

    before(async () => {
      opened = await open();
      engine = opened.engine;
      ({ id, ref } = await create());
      await engine.waitReady(ref, opened.spec.ready.daemon);
    });

    after(async () => {
      for (const sandbox of (await engine?.list()) ?? []) await engine.remove(sandbox.ref);
      await opened?.[Symbol.asyncDispose]();
    });

    it('tells what it is', async () => {
      const info = await engine.info();
      assert.ok(info.name && info.version && info.kernel);
      assert.ok(info.memory > 0 && info.cpus > 0);
    });

    it('lists its sandboxes by our id', async () => {
      assert.deepEqual(
        (await engine.list()).filter((sandbox) => sandbox.id === id),
        [{ ref, id, running: true }],
      );
    });

    it('leaves nothing when the creation was aborted', async () => {
      const before = await engine.list();
      await assert.rejects(create(longLease, AbortSignal.abort(new Error('not wanted'))), /not wanted/);
      const abort = new AbortController();
      const creation = create(longLease, abort.signal);
      abort.abort(new Error('not wanted any more'));
      await assert.rejects(creation, /not wanted any more/);
      assert.deepEqual(await engine.list(), before);
    });

    it('collects stdout and stderr apart, and the exit code', async () => {
      assert.deepEqual(await sh('echo out; echo err >&2; exit 3'), {
        code: 3,
        stdout: 'out\n',
        stderr: 'err\n',
        timedOut: false,
      });
    });

    it('answers 127 for a command that is not there', async () => {
      assert.equal((await engine.exec(ref, ['no-such-command'])).code, 127);
    });

    it('hands stdin over and ends it', async () => {
      const text = `${'0123456789'.repeat(20_000)}\n`;
      const result = await engine.exec(ref, ['wc', '-c'], { stdin: text });
      assert.equal(result.stdout.trim(), `${text.length}`);
      assert.equal((await engine.exec(ref, ['cat'], { stdin: new Uint8Array([0xc3, 0xa9]) })).stdout, 'é');
    });

    it('gives an empty stdin where none was given', async () => {
      assert.deepEqual(await engine.exec(ref, ['cat'], { deadline: 5000 }), {
        code: 0,
        stdout: '',
        stderr: '',
        timedOut: false,
      });
    });

    it('sets the environment', async () => {
      const result = await engine.exec(ref, [shell, '-c', 'echo "$LAB_WORD"'], { env: { LAB_WORD: 'two words' } });
      assert.equal(result.stdout, 'two words\n');
    });

    it('hands arguments over as they are', async () => {
      const odd = ['a b', '$HOME', '"', "'", '*', ''];
      const result = await engine.exec(ref, ['printf', '[%s]', ...odd]);
      assert.equal(result.stdout, odd.map((word) => `[${word}]`).join(''));
    });

    it('keeps a mebibyte of output, and lets the command print more', async () => {
      const result = await sh('head -c 3000000 /dev/zero | tr "\\0" x; echo end >&2');
      assert.equal(result.code, 0);
      assert.equal(result.stderr, 'end\n');
      assert.ok(result.stdout.length <= 2 ** 20 && result.stdout.length > 2 ** 19, `${result.stdout.length}`);
    });

    it('kills a command at its deadline, with everything it has started', async () => {
      const command = sleeper();
      const script = `echo begun; ${command}; echo never`;
      const result = await engine.exec(ref, [shell, '-s'], { stdin: script, deadline: 1000 });
      assert.deepEqual(result, { code: 137, stdout: 'begun\n', stderr: '', timedOut: true });
      await eventually(async () => !(await runs(command)));
    });

    it('does not take an exit code of 137 for its deadline', async () => {
      const result = await sh('exit 137');
      assert.deepEqual([result.code, result.timedOut], [137, false]);
    });

    it('yields lines as they come, the empty ones and the last one too', async () => {
      const seen: string[] = [];
      const command = [shell, '-c', 'echo one; echo; echo 三; printf last'];
      for await (const line of engine.lines(ref, command, new AbortController().signal)) seen.push(line);
      assert.deepEqual(seen, ['one', '', '三', 'last']);
    });

    it('yields no lines of a command that is not there', async () => {
      for await (const line of engine.lines(ref, ['no-such-command'], new AbortController().signal)) assert.fail(line);
    });

    it('ends the lines and their command when the signal aborts', async () => {
      const command = sleeper();
      const abort = new AbortController();
      const seen: string[] = [];
      for await (const line of engine.lines(ref, [shell, '-c', `echo begun; exec ${command}`], abort.signal)) {
        seen.push(line);
        abort.abort();
      }
      assert.deepEqual(seen, ['begun']);
      await eventually(async () => !(await runs(command)));
    });

    it('ends the command when nobody reads its lines any more', async () => {
      const command = sleeper();
      const endless = [shell, '-c', `echo begun; exec ${command}`];
      for await (const _ of engine.lines(ref, endless, new AbortController().signal)) break;
      await eventually(async () => !(await runs(command)));
    });

    it('yields no lines for a signal that was aborted before', async () => {
      for await (const line of engine.lines(ref, [shell, '-c', 'sleep 3600'], AbortSignal.abort())) assert.fail(line);
    });

    it('joins a command’s stdin and stdout to one stream, and passes on both ends', async () => {
      const stream = await engine.stream(ref, [shell, '-c', 'read line; echo "got $line"; cat; echo end']);
      stream.write('one\n');
      stream.end('two\n');
      let text = '';
      for await (const chunk of stream) text += chunk;
      assert.equal(text, 'got one\ntwo\nend\n');
    });

    it('gives a shell that echoes, in a terminal of the right size', async () => {
      const request = { terminal: 'host', chain: [], columns: 101, rows: 37 };
      const terminal = inPty(engine.shellCommand(ref, request), { columns: 101, rows: 37 });
      await terminal.shows(/[$#] $/);
      terminal.type('stty size; echo "=$((6*7))="\r');
      await terminal.shows(/37 101\r\n=42=/);
      terminal.type('exit 7\r');
      assert.equal(await terminal.exit, 7);
      await engine.endShell(ref, 'host');
    });

    it('has nothing to end where no shell is', async () => {
      await engine.endShell(ref, 'nowhere');
    });

    it('passes stdin, stdout, stderr and the exit code of a command for a process of ours', async () => {
      const result = await run(engine.execCommand(ref, [shell, '-c', 'cat; echo err >&2; exit 5']), 'through\n');
      assert.deepEqual(result, { code: 5, stdout: 'through\n', stderr: 'err\n' });
    });

    it('tells how much memory its machine has left', async () => {
      const free = await engine.freeMemory();
      assert.ok(free !== undefined && free > 0 && free < (await engine.info()).memory, `${free}`);
    });

    it('counts the CPU time of everything in the sandbox', async () => {
      const before = await engine.cpuTime(ref);
      await sh('i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done');
      assert.ok((await engine.cpuTime(ref)) > before);
    });

    it('ends a sandbox whose lease is over, and not one whose lease was renewed', async () => {
      const kept = await create();
      await engine.waitReady(kept.ref, opened.spec.ready.daemon);
      for (const lease of [opened.shortLease, longLease]) await engine.renewLease(kept.ref, Date.now() + lease);
      const left = await create(opened.shortLease);
      await eventually(async () => !(await isRunning(engine, left.id)), 20_000);
      assert.equal(await isRunning(engine, kept.id), true);
      await engine.remove(kept.ref);
      await engine.remove(left.ref);
    });

    it('tells when a sandbox died, until the signal aborts', async () => {
      const abort = new AbortController();
      const seen: EngineEvent[] = [];
      // Before it is made: its making may take longer than it lives.
      const following = (async () => {
        for await (const event of engine.events(abort.signal)) seen.push(event);
      })();
      const victim = await create(opened.shortLease);
      const died = () => seen.filter((event) => event.type === 'died' && event.id === victim.id);
      await eventually(() => died().length > 0, 20_000);
      abort.abort();
      await following;
      assert.deepEqual(died(), [{ type: 'died', ref: victim.ref, id: victim.id }]);
      await engine.remove(victim.ref);
    });

    it('says why a sandbox is not ready, and leaves it for its owner to remove', async () => {
      const early = await create();
      const failure = await engine.waitReady(early.ref, 0).then(
        () => undefined,
        (error: unknown) => error,
      );
      // An engine may be quicker than a deadline of nothing.
      if (failure !== undefined) {
        assert.ok(failure instanceof NotReadyError);
        assert.match(failure.message, /not ready after 0 s/);
      }
      assert.equal(await isRunning(engine, early.id), true);
      await engine.remove(early.ref);
    });

    it('does not wait for a sandbox that has stopped', async () => {
      const stopped = await create(opened.shortLease);
      await eventually(async () => !(await isRunning(engine, stopped.id)), 20_000);
      await assert.rejects(engine.waitReady(stopped.ref, 60_000), (error: unknown) => {
        assert.ok(error instanceof NotReadyError);
        assert.match(error.message, /stopped/);
        assert.ok(error.lastOutput.length > 0, 'what it printed last is kept');
        return true;
      });
      await assert.rejects(engine.exec(stopped.ref, ['true']), SandboxGoneError);
      await engine.remove(stopped.ref);
    });

    it('stops waiting for readiness when the signal aborts', async () => {
      const waiting = await create();
      const reason = new Error('not wanted any more');
      const wait = engine.waitReady(waiting.ref, 60_000, AbortSignal.abort(reason));
      await assert.rejects(wait, reason);
      await engine.remove(waiting.ref);
    });

    it('confirms a removal, once and again', async () => {
      const removed = await create();
      await Promise.all([engine.remove(removed.ref), engine.remove(removed.ref)]);
      assert.ok(!(await engine.list()).some((sandbox) => sandbox.id === removed.id));
      await engine.remove(removed.ref);
    });

    it('makes sandboxes while others are being removed', async () => {
      const makes = async () => {
        const made = await create();
        await engine.waitReady(made.ref, opened.spec.ready.daemon);
        assert.equal((await engine.exec(made.ref, [shell, '-c', 'echo whole'])).stdout, 'whole\n');
        return made.ref;
      };
      const old = await Promise.all([makes(), makes()]);
      const [young] = await Promise.all([Promise.all([makes(), makes()]), ...old.map((each) => engine.remove(each))]);
      for (const each of young) await engine.remove(each);
    });

    it('knows nothing of a sandbox that is gone', async () => {
      const gone = await create();
      await engine.remove(gone.ref);
      for (const unknown of [gone.ref, 'never-there']) {
        await assert.rejects(engine.exec(unknown, ['true']), SandboxGoneError);
        await assert.rejects(engine.renewLease(unknown, Date.now() + longLease), SandboxGoneError);
        await assert.rejects(engine.cpuTime(unknown), SandboxGoneError);
        await assert.rejects(engine.endShell(unknown, 'host'), SandboxGoneError);
        await assert.rejects(async () => {
          for await (const line of engine.lines(unknown, ['true'], new AbortController().signal)) assert.fail(line);
        }, SandboxGoneError);
        await engine.remove(unknown);
      }
    });
  });
}

async function isRunning(engine: Engine, id: string): Promise<boolean> {
  return (await engine.list()).some((sandbox) => sandbox.id === id && sandbox.running);
}

function inPty(command: ShellCommand, size: { columns: number; rows: number }) {
  let output = '';
  const exit = Promise.withResolvers<number>();
  const pty = spawnNodePty(command, size, {
    onData: (bytes) => {
      output += bytes.toString('utf8');
    },
    onExit: exit.resolve,
  });
  return {
    exit: exit.promise,
    type: (text: string) => pty.write(Buffer.from(text)),
    shows: (wanted: RegExp) =>
      eventually(() => wanted.test(output)).catch(() => assert.fail(`no ${wanted} in ${JSON.stringify(output)}`)),
  };
}

async function run({ file, args, env }: ShellCommand, stdin: string) {
  const child = spawn(file, args, { env: { PATH: process.env.PATH ?? '', ...env } });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  child.stdin.end(stdin);
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, ...output };
}
