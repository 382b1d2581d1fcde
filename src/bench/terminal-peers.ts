import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folders, type ShellCommand } from '../server/app.ts';

const folder = join(import.meta.dirname, 'wetty');
const node = join(folders.root, 'node_modules/.bin/node');

/** Installs wetty where it is missing: it is no dependency of ours. */
function installWetty(): void {
  const env = { ...process.env, npm_config_nodedir: join(folders.root, `node_modules/node-linux-${process.arch}`) };
  const npm = (...args: string[]) =>
    execFileSync('npm', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (!existsSync(join(folder, 'node_modules/wetty'))) npm('ci', '--ignore-scripts', '--silent');
  if (!existsSync(join(folder, 'node_modules/node-pty/build/Release/pty.node'))) npm('rebuild', 'node-pty', '--silent');
}

/** A terminal of this name gets a number with each shell. */
export const shellName = 'bench-shell';

/** A wetty of its own that gives everybody who comes that shell. */
export async function startWetty(shell: ShellCommand): Promise<{ port: number; pid: number } & AsyncDisposable> {
  installWetty();
  const temporary = await mkdtemp(join(tmpdir(), 'matryoshka-wetty-'));
  const script = join(temporary, 'shell');
  const words = [...Object.entries(shell.env).map(([name, value]) => `${name}=${value}`), shell.file, ...shell.args];
  await writeFile(
    script,
    `#!/bin/sh\nexec env ${words
      .map(quoted)
      .join(' ')
      .replace(quoted(shellName), () => `"${shellName}-$$"`)}\n`,
  );
  await chmod(script, 0o700);
  const port = await freePort();
  const args = ['node_modules/wetty/build/main.js', '--base', '/', '--host', '127.0.0.1', '--port', `${port}`];
  const child = spawn(node, [...args, '--command', script, '--log-level', 'error'], { cwd: folder, stdio: 'ignore' });
  await listening(port, child);
  return {
    port,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      if (child.kill()) await ended;
      await rm(temporary, { recursive: true });
    },
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const answered = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answered) return;
    if (child.exitCode !== null) throw new Error(`wetty ended with ${child.exitCode}`);
    await sleep(100);
  }
}
