import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type Docker from 'dockerode';
import type { Rung } from '../../shared/api.ts';
import { LabCatalog } from '../labs/lab-catalog.ts';
import { eventually } from '../testing.ts';
import { dockerAt } from './docker-at.ts';
import { DockerEngine } from './docker-engine.ts';
import { describeEngine, type EngineUnderTest } from './engine.contract.ts';
import { EngineDownError, type EngineEvent } from './engine.ts';
import type { EnteredRung } from './isolation.ts';
import { newInstall, testRung } from './testing.ts';

const labs = join(import.meta.dirname, '../../../labs');
const { specs } = await LabCatalog.load(labs);
const spec = specs.find(({ id }) => id === 'dind') ?? assert.fail('labs/dind is what the contract runs on');

describeEngine('DockerEngine in the lab engine, by its socket', () => onRung('lab-engine'));
describeEngine('DockerEngine, privileged', () => onRung('privileged'));

/** The engine behind a rung, until the suite is over. */
async function onRung(rung: Rung, options: Parameters<typeof testRung>[1] = {}): Promise<EngineUnderTest> {
  const entered = await testRung(rung, options);
  return {
    engine: entered.engine,
    spec,
    shortLease: 3000,
    [Symbol.asyncDispose]: () => entered[Symbol.asyncDispose](),
  };
}

describe('DockerEngine behind a line that breaks', { timeout: 120_000 }, () => {
  const install = newInstall();
  let rung: EnteredRung;
  let direct: DockerEngine;
  let line: Line;
  let engine: DockerEngine;

  before(async () => {
    rung = await testRung('lab-engine', { install });
    direct = rung.engine;
    line = await Line.open(rung.docker);
    const through = dockerAt(line.socketPath);
    const { images } = rung;
    const dockerHost = `unix://${line.socketPath}`;
    engine = new DockerEngine({ docker: through, dockerHost, install, isolation: 'matryoshka', images });
  });

  after(async () => {
    for (const { ref } of (await direct?.list()) ?? []) await direct.remove(ref);
    await line?.[Symbol.asyncDispose]();
    await rung?.[Symbol.asyncDispose]();
  });

  it('reports lost and back, and what died in between', async () => {
    const create = (id: string) => engine.create({ id, shape: 'contract', spec, leaseUntil: Date.now() + 10 * 60_000 });
    const [before, meanwhile, later] = [await create('before'), await create('meanwhile'), await create('later')];
    const abort = new AbortController();
    const seen: EngineEvent[] = [];
    const has = (type: EngineEvent['type'], ref?: string) =>
      seen.some((event) => event.type === type && (event.type !== 'died' || event.ref === ref));
    const following = (async () => {
      for await (const event of engine.events(abort.signal)) seen.push(event);
    })();
    try {
      await eventually(() => line.connections > 0);
      await direct.remove(before);
      await eventually(() => has('died', before));
      await line.cut();
      await eventually(() => has('lost'));
      await assert.rejects(engine.info(), EngineDownError);
      await direct.remove(meanwhile);
      await line.mend();
      await eventually(() => has('back') && has('died', meanwhile));
      await direct.remove(later);
      await eventually(() => has('died', later));
      const types = seen.map(({ type }) => type);
      assert.equal(types.filter((type) => type === 'lost').length, 1, 'one outage is told once');
      assert.ok(types.indexOf('lost') < types.indexOf('back'));
    } finally {
      abort.abort();
      await following;
    }
  });

  it('says that the engine does not answer when the line breaks during a command', async () => {
    const ref = await engine.create({ id: 'cut', shape: 'contract', spec, leaseUntil: Date.now() + 10 * 60_000 });
    await engine.waitReady(ref, spec.ready.daemon);
    const command = engine.exec(ref, ['sleep', '3600'], { deadline: 60_000 });
    const failure = assert.rejects(command, EngineDownError);
    await eventually(async () => (await direct.exec(ref, ['pgrep', '-fx', 'sleep 3600'])).code === 0);
    await line.cut();
    await failure;
    await line.mend();
  });
});

/** A socket that leads to the engine's, and can be cut. */
class Line implements AsyncDisposable {
  readonly socketPath: string;
  readonly #folder: string;
  readonly #target: { path: string } | { host: string; port: number };
  readonly #ends = new Set<Socket>();
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#lead(socket));

  private constructor(folder: string, docker: Docker) {
    this.#folder = folder;
    this.socketPath = join(folder, 'docker.sock');
    const { socketPath, host, port } = docker.modem as unknown as { socketPath?: string; host: string; port: number };
    this.#target = socketPath ? { path: socketPath } : { host, port: Number(port) };
  }

  static async open(docker: Docker): Promise<Line> {
    const line = new Line(await mkdtemp(join(tmpdir(), 'matryoshka-line-')), docker);
    await line.mend();
    return line;
  }

  get connections(): number {
    return this.#ends.size;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const end of this.#ends) end.destroy();
    await closed;
  }

  async mend(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.socketPath, resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.cut();
    await rm(this.#folder, { recursive: true });
  }

  #lead(near: Socket): void {
    const far = connect({ ...this.#target, allowHalfOpen: true });
    for (const end of [near, far]) {
      this.#ends.add(end);
      end
        .on('error', () => end.destroy())
        .on('close', () => {
          this.#ends.delete(end);
          near.destroy();
          far.destroy();
        });
    }
    near.pipe(far);
    far.pipe(near);
  }
}
