import { request } from 'node:http';
import type { LabRow, ShellCommand } from '../server/app.ts';
import { answers, type ControlAnswers, type Core, controlSocket, lookAt } from '../server/app.ts';
import { readConfig } from '../server/config.ts';
import type { MapHost } from '../shared/map.ts';
import { keepEngineUntil, letEngineGo } from './host/private-engine.mjs';
import { PlainError } from './messages.ts';
import { openCore } from './prepare.ts';

/** A lab as the command line prints it. */
export interface ListedLab {
  id: string;
  spec: string;
  state: string;
  generation: number;
  expiresAt: number;
  learner: string;
  place: string;
}

/** What `lab` does, through a running server or without one. */
export interface LabsClient extends AsyncDisposable {
  list(): Promise<ListedLab[]>;
  create(spec: string): Promise<ListedLab>;
  reset(id: string): Promise<ListedLab>;
  end(id: string): Promise<ListedLab>;
  exec(id: string, argv: string[]): Promise<ShellCommand>;
  map(id: string): Promise<MapHost>;
}

export async function openLabs(environment: NodeJS.ProcessEnv): Promise<LabsClient> {
  const socket = controlSocket(readConfig(environment));
  return (await answers(socket)) ? new ServedLabs(socket) : new LocalLabs(await openCore(environment));
}

/** A request to the running server. @throws {PlainError} with the server's words. */
export function control<K extends keyof ControlAnswers>(
  socketPath: string,
  method: string,
  path: string,
  body?: object,
): Promise<ControlAnswers[K]> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const call = request({ socketPath, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null');
        if ((response.statusCode ?? 500) < 400) resolve(answer);
        else reject(new PlainError(answer?.detail ?? `The server answered ${response.statusCode}.`));
      });
    });
    call.on('error', reject).end(body && JSON.stringify(body));
  });
}

class ServedLabs implements LabsClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async list(): Promise<ListedLab[]> {
    return (await control<'labs'>(this.#socket, 'GET', '/labs')).map(listed);
  }

  async create(spec: string): Promise<ListedLab> {
    const created = await control<'lab'>(this.#socket, 'POST', '/labs', { spec });
    if (!created.id) throw new PlainError('There is no room for another lab: end one, or raise LAB_MAX_LABS.');
    return await this.#whenReady(created.id);
  }

  async reset(id: string): Promise<ListedLab> {
    await control<'lab'>(this.#socket, 'POST', `/labs/${encodeURIComponent(id)}/reset`, {});
    return await this.#whenReady(id);
  }

  async end(id: string): Promise<ListedLab> {
    return listed(await control<'lab'>(this.#socket, 'DELETE', `/labs/${encodeURIComponent(id)}`));
  }

  async exec(id: string, argv: string[]): Promise<ShellCommand> {
    return await control<'exec'>(this.#socket, 'POST', `/labs/${encodeURIComponent(id)}/exec`, { argv });
  }

  async map(id: string): Promise<MapHost> {
    return await control<'map'>(this.#socket, 'GET', `/labs/${encodeURIComponent(id)}/map`);
  }

  async #whenReady(id: string): Promise<ListedLab> {
    for (;;) {
      const lab = await control<'lab'>(this.#socket, 'GET', `/labs/${encodeURIComponent(id)}`);
      if (lab.state === 'ready') return listed(lab);
      if (lab.state !== 'starting') throw new PlainError(`Lab ${id} has ended: ${lab.failure ?? lab.endedBecause}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Without a server nobody renews leases: a lab's lease is its end. */
class LocalLabs implements LabsClient {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#core[Symbol.asyncDispose]();
  }

  async list(): Promise<ListedLab[]> {
    return (await this.#core.store.labsIn(['starting', 'ready', 'ending'])).map(listedRow);
  }

  async create(specId: string): Promise<ListedLab> {
    const { store, labs, rung } = this.#core;
    const spec = labs.spec(specId);
    if (!spec)
      throw new PlainError(`There is no lab "${specId}". There are: ${labs.specs.map(({ id }) => id).join(', ')}.`);
    const now = Date.now();
    const id = now.toString(36);
    const learner = await store.createLearner(`command-line-${id}`, now);
    await store.nameLearner(learner.id, 'command line');
    await store.insertLab({
      id,
      learnerId: learner.id,
      specId,
      state: 'starting',
      generation: 1,
      isolation: rung.verdict.isolation,
      verdictId: rung.verdictId,
      createdAt: now,
      expiresAt: now + spec.life.ttl,
      maxExpiresAt: now + spec.life.max,
      lastActiveAt: now,
      place: undefined,
      endedBecause: undefined,
      endedBy: undefined,
      endedAt: undefined,
      failure: undefined,
    });
    await keepEngineUntil(Math.ceil((now + spec.life.ttl) / 1000), id);
    return await this.#bringUp(id);
  }

  async reset(id: string): Promise<ListedLab> {
    const { store, sandboxes } = this.#core;
    const lab = await this.#lab(id);
    const old = await store.sandboxOf(id);
    const change = { state: 'starting', generation: lab.generation + 1 } as const;
    if (!(await store.changeLab(id, { states: ['ready'], generation: lab.generation }, change))) {
      throw new PlainError(`Lab ${id} is ${lab.state}: only a ready lab can be reset.`);
    }
    if (old) await sandboxes.remove(old);
    return await this.#bringUp(id);
  }

  async end(id: string): Promise<ListedLab> {
    const { store, sandboxes } = this.#core;
    await this.#lab(id);
    const now = Date.now();
    const reason = { state: 'ending', endedBecause: 'instructor', endedBy: 'instructor', endedAt: now } as const;
    await store.changeLab(id, { states: ['starting', 'ready'] }, reason);
    const sandbox = await store.sandboxOf(id);
    if (sandbox) await sandboxes.remove(sandbox);
    await store.changeLab(id, { states: ['ending'] }, { state: 'ended' });
    await letEngineGo(id);
    return listedRow(await this.#lab(id));
  }

  async exec(id: string, argv: string[]): Promise<ShellCommand> {
    return this.#core.engine.execCommand(await this.#ref(id), argv);
  }

  async map(id: string): Promise<MapHost> {
    return await lookAt(this.#core.engine, await this.#ref(id));
  }

  async #ref(id: string): Promise<string> {
    const lab = await this.#lab(id);
    const sandbox = lab.state === 'ready' ? await this.#core.store.sandboxOf(id) : undefined;
    if (!sandbox?.engineRef) throw new PlainError(`Lab ${id} is ${lab.state}: nothing can run in it.`);
    return sandbox.engineRef;
  }

  async #bringUp(id: string): Promise<ListedLab> {
    const { store, sandboxes, labs } = this.#core;
    const lab = await this.#lab(id);
    const spec = labs.spec(lab.specId);
    if (!spec) throw new PlainError(`There is no lab "${lab.specId}" any more.`);
    const { generation } = lab;
    try {
      await sandboxes.create(spec, { purpose: 'lab', labId: id, generation, leaseUntil: lab.expiresAt });
    } catch (error) {
      const failure = (error as Error).message;
      const end = {
        state: 'ended',
        endedBecause: 'failed',
        endedBy: 'platform',
        endedAt: Date.now(),
        failure,
      } as const;
      await store.changeLab(id, { states: ['starting'], generation }, end);
      throw error;
    }
    await store.changeLab(id, { states: ['starting'], generation }, { state: 'ready' });
    return listedRow(await this.#lab(id));
  }

  async #lab(id: string): Promise<LabRow> {
    const lab = await this.#core.store.lab(id);
    if (!lab) throw new PlainError(`There is no lab "${id}": npm run -s lab -- list shows them.`);
    return lab;
  }
}

function listed(lab: ControlAnswers['lab']): ListedLab {
  const { id, spec, state, generation, expiresAt, learner, place } = lab;
  const name = learner.name ?? `Learner ${String(learner.number).padStart(2, '0')}`;
  return { id, spec, state, generation, expiresAt, learner: name, place: place ? `${place.lesson}/${place.step}` : '' };
}

function listedRow(lab: LabRow): ListedLab {
  const { id, specId: spec, state, generation, expiresAt, place } = lab;
  return {
    id,
    spec,
    state,
    generation,
    expiresAt,
    learner: 'command line',
    place: place ? `${place.lesson}/${place.step}` : '',
  };
}
