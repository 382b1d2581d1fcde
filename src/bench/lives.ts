import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { Capacity, type Core, Pool, spawnNodePty } from '../server/app.ts';
import { type Row, row } from './row.ts';

const rounds = 15;
const prompt = '# ';

/**
 * Cold start, claim from the pool to the first prompt, reset, and removal; each beside the engine's own `docker run`
 * and `docker exec` of the same image in the same run.
 */
export async function benchLives(core: Core): Promise<Row[]> {
  const { engine, sandboxes, store, labs, log } = core;
  const spec = labs.specs[0];
  if (!spec) throw new Error('there is no lab');
  const times: Record<string, number[]> = {};
  const time = async <T>(what: string, action: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await action();
    times[what] ??= [];
    times[what].push(performance.now() - start);
    return result;
  };
  const test = () => ({ purpose: 'test', leaseUntil: Date.now() + 600_000 }) as const;
  for (let round = 0; round < rounds; round++) {
    const cold = await time('cold start → prompt', async () => {
      const sandbox = await sandboxes.create(spec, test());
      await firstPrompt(engine.shellCommand(sandbox.engineRef, shell));
      return sandbox;
    });
    await time('docker exec → prompt (raw)', () =>
      firstPrompt(rawShell(engine.execCommand(cold.engineRef, ['bash', '-i']))),
    );
    await time('removal', () => sandboxes.remove(cold));

    // The same sandbox without readiness, store and terminal: what the engine alone needs.
    const request = { id: `bench-${round}`, shape: 'bench', spec, leaseUntil: Date.now() + 600_000 };
    const raw = await time('create, start, ready (raw)', async () => {
      const ref = await engine.create(request);
      await engine.waitReady(ref, spec.ready.daemon);
      return ref;
    });
    await time('rm -fv (raw)', () => run(dockerCommand(engine.execCommand(raw, [])), ['rm', '-fv', raw]));
  }
  const { memory } = await engine.info();
  const capacity = new Capacity({ store, engine, specs: [spec], memory, maxLabs: rounds + 1, floor: 0 });
  const pool = new Pool({ store, capacity, sandboxes, specs: [spec], size: 1, log });
  for (let round = 0; round < rounds; round++) {
    pool.fill();
    while ((await pool.status()).ready === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const lab = await benchLab(core, spec.id, round);
    const taken = await time('claim from the pool → prompt', async () => {
      const sandbox = await pool.take(spec, lab, 1);
      if (!sandbox) throw new Error('the pool was empty');
      await firstPrompt(engine.shellCommand(sandbox.engineRef, shell));
      return sandbox;
    });
    while ((await pool.status()).ready === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const next = await time('reset with a pool → prompt', async () => {
      const sandbox = await pool.take(spec, lab, 2);
      sandboxes.removeSoon(taken);
      if (!sandbox) throw new Error('the pool was empty');
      await firstPrompt(engine.shellCommand(sandbox.engineRef, shell));
      return sandbox;
    });
    await sandboxes.remove(next);
  }
  await pool[Symbol.asyncDispose]();
  return rows(times);
}

const shell = { terminal: 'host', chain: [], columns: 80, rows: 24 };

function rows(times: Record<string, number[]>): Row[] {
  const raw: Record<string, string> = {
    'cold start → prompt': 'create, start, ready (raw)',
    'claim from the pool → prompt': 'docker exec → prompt (raw)',
    'reset with a pool → prompt': 'docker exec → prompt (raw)',
    removal: 'rm -fv (raw)',
  };
  return Object.entries(times).map(([what, values]) => row(what, 'ms', values, times[raw[what] ?? '']));
}

/** A lab row for the sandbox to belong to; ended at once, because nothing of it is measured. */
async function benchLab({ store, rung }: Core, specId: string, round: number): Promise<string> {
  const now = Date.now();
  const id = `bench-${now.toString(36)}-${round}`;
  await store.createLearner(id, now);
  await store.insertLab({
    ...{ id, learnerId: id, specId, state: 'ended', generation: 1 },
    ...{ isolation: rung.verdict.isolation, verdictId: rung.verdictId },
    ...{ createdAt: now, expiresAt: now, maxExpiresAt: now, lastActiveAt: now, place: undefined },
    ...{ endedBecause: 'shutdown', endedBy: 'platform', endedAt: now, failure: undefined },
  });
  return id;
}

interface ShellCommand {
  file: string;
  args: string[];
  env: Record<string, string>;
}

function firstPrompt(command: ShellCommand): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const pty = spawnNodePty(
      command,
      { columns: 80, rows: 24 },
      {
        onData: (bytes) => {
          seen += bytes.toString('latin1');
          if (!seen.includes(prompt)) return;
          resolve();
          pty.kill();
        },
        onExit: () => reject(new Error(`no prompt: ${seen}`)),
      },
    );
  });
}

/** `docker exec -i` → `docker exec -it`, for a prompt. */
function rawShell({ file, args, env }: ShellCommand): ShellCommand {
  return {
    file,
    args: args.map((arg) => (arg === '-i' && args.indexOf(arg) === args.indexOf('exec') + 1 ? '-it' : arg)),
    env,
  };
}

/** The docker command with its connection options alone. */
export function dockerCommand({ file, args }: ShellCommand): string[] {
  return [file, ...args.slice(0, args.indexOf('exec'))];
}

function run(command: string[], more: string[]): Promise<void> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args, ...more], { stdio: 'ignore' });
    child
      .on('error', reject)
      .on('close', (code) => (code === 0 ? resolve() : reject(new Error(`docker ended with ${code}`))));
  });
}
