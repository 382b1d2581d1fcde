import { spawn } from 'node-pty';
import type { Pty, SpawnPty } from './pty.ts';

/** The pty port by node-pty. */
export const spawnNodePty: SpawnPty = (command, size, listener): Pty => {
  const child = spawn(command.file, command.args, {
    name: 'xterm-256color',
    cols: size.columns,
    rows: size.rows,
    cwd: '/',
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...command.env },
    // Without an encoding node-pty hands over the bytes themselves; its types only know text.
    encoding: null,
  });
  child.onData((data) => listener.onData(data as unknown as Buffer));
  child.onExit(({ exitCode }) => listener.onExit(exitCode));
  return {
    write: (bytes) => child.write(Buffer.from(bytes) as unknown as string),
    resize({ columns, rows }) {
      try {
        child.resize(columns, rows);
      } catch {
        // The process has closed its terminal (EBADF) and its exit is on the way; nothing is left to resize.
      }
    },
    pause: () => child.pause(),
    resume: () => child.resume(),
    kill: () => child.kill('SIGKILL'),
  };
};
