import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore } from '../src/server/store/sqlite-store.ts';

const root = join(import.meta.dirname, '..');
const node = join(root, 'node_modules/.bin/node');

/** How long the program may take to start; images and site are there already, a canary lab may come first. */
const patienceMs = 180_000;

/** What the canary of this run has found, for servers with a data folder of their own: see canary.ts. */
async function knowVerdict(database: string): Promise<void> {
  if (!process.env.CANARY_DATABASE) return;
  await openSqliteStore(database)[Symbol.asyncDispose]();
  const own = new DatabaseSync(database);
  own.prepare('ATTACH ? AS canary').run(process.env.CANARY_DATABASE);
  own.exec('INSERT INTO verdicts SELECT * FROM canary.verdicts');
  own.close();
}

/** A real server of its own: own data folder, own port, labs in the engine of DOCKER_HOST. */
export class Server implements AsyncDisposable {
  readonly #folder: string;
  readonly #environment: Record<string, string>;
  #child: ChildProcess | undefined;
  #output = '';
  address = '';
  instructorLink = '';

  /** A folder that the server cannot look into. */
  readonly #hidden: string | undefined;

  constructor(folder: string, environment: Record<string, string>, hidden?: string) {
    this.#folder = folder;
    this.#environment = environment;
    this.#hidden = hidden;
  }

  static async start(environment: Record<string, string> = {}, hidden?: string): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), 'matryoshka-e2e-'));
    await knowVerdict(join(folder, 'matryoshka.db'));
    const server = new Server(folder, { PORT: '0', LAB_DATA_DIR: folder, ...environment }, hidden);
    try {
      await server.start();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Starts the program; again on the same address after a `kill`. */
  async start(): Promise<void> {
    this.#output = '';
    const port = this.address ? { PORT: new URL(this.address).port } : {};
    const command = [node, 'src/cli/main.ts', 'serve'];
    const hide = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none "$0" && exec "$@"'];
    const [file = '', ...args] = this.#hidden ? [...hide, this.#hidden, ...command] : command;
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...this.#environment, ...port },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    this.address = await this.#printed(/runs: (\S+)\n/);
    this.instructorLink = await this.#printed(/once: (\S+)\n/);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** `kill -9`: nothing is cleaned up. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What the server has kept on disk of the labs' terminals; after a `kill` it knows no more than that. */
  async kept(): Promise<string> {
    const folder = join(this.#folder, 'terminals');
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8').catch(() => ''));
    return (await Promise.all(texts)).join('');
  }

  /** What a command of the command line printed, in this server's data folder. */
  async command(...args: string[]): Promise<{ code: number; output: string }> {
    const child = spawn(node, ['src/cli/main.ts', ...args], {
      cwd: root,
      env: { ...process.env, ...this.#environment },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const [code] = await once(child, 'close');
    return { code, output };
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async #printed(pattern: RegExp): Promise<string> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = pattern.exec(this.#output)?.[1];
      if (found) return found;
      if (this.#child?.exitCode !== null || Date.now() > deadline)
        throw new Error(`The server did not start:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
