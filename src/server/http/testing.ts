import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { LabView } from '../../shared/api.ts';
import type { EventMessage } from '../../shared/events.ts';
import { decodeServerFrame, type ServerFrame } from '../../shared/terminal-protocol.ts';
import { type App, createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { FakeEngine } from '../engine/fake-engine.ts';
import type { OpenRung } from '../engine/isolation.ts';
import { courseFolder } from '../labs/course-fixture.ts';
import { LabCatalog } from '../labs/lab-catalog.ts';
import { LessonCatalog } from '../labs/lesson-catalog.ts';
import { silentLog } from '../log.ts';
import { eventually } from '../testing.ts';

export interface TestServer {
  app: App;
  engine: FakeEngine;
  /** http://127.0.0.1:port, the only origin that is allowed. */
  origin: string;
  port: number;
  http: Server;
  browser(): Browser;
}

/** A whole server on a fake engine and the sound course, listening on a port of its own as long as the test. */
export async function openServer(t: TestContext, env: Record<string, string> = {}): Promise<TestServer> {
  const folder = await courseFolder(t);
  const site = join(folder, 'site');
  for (const locale of ['en', 'zh']) {
    await mkdir(join(site, locale, '404'), { recursive: true });
    await writeFile(join(site, locale, 'index.html'), `home ${locale}`);
    await writeFile(join(site, locale, '404', 'index.html'), `missing ${locale}`);
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'matryoshka-data-'));
  const engine = new FakeEngine();
  const labs = await LabCatalog.load(join(folder, 'labs'));
  const app = await createApp({
    config: readConfig({ PORT: '0', LAB_DATA_DIR: dataDir, LAB_POOL_SIZE: '0', ...env }),
    rung: fakeRung(engine),
    site,
    overrides: { log: silentLog, labs, lessons: await LessonCatalog.load(join(folder, 'lessons'), labs) },
  });
  t.after(async () => {
    engine.setDown(false);
    await app[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true });
  });
  await app.start();
  const http = await app.listen();
  const { port } = http.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return { app, engine, origin, port, http, browser: () => new Browser(origin) };
}

/** A rung that nobody has tried. */
function fakeRung(engine: FakeEngine): OpenRung {
  return {
    engine,
    images: { sandbox: 'none', golden: 'none', standins: [] },
    verdict: { rung: 'privileged', isolation: 'privileged', state: 'red', at: 0, commands: [], probes: [] },
    verdictId: undefined,
    earlier: async () => [],
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was answered
  body: any;
}

/** A browser: one cookie jar, the right Origin unless a test says otherwise. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** `body` is sent as JSON, text as it is. */
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(method === 'GET' ? {} : { Origin: this.#origin }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(this.cookie ? { Cookie: this.cookie } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** Makes this browser a learner's. */
  async enter(): Promise<this> {
    assert.equal((await this.ask('GET', '/api/me')).status, 200);
    return this;
  }

  async readyLab(): Promise<LabView> {
    const { body } = await this.ask('POST', '/api/labs', { spec: 'box' });
    await eventually(async () => (await this.ask('GET', `/api/labs/${body.id}`)).body.state === 'ready');
    return (await this.ask('GET', `/api/labs/${body.id}`)).body;
  }

  async ticket(lab: string, terminal = 'host'): Promise<string> {
    return (await this.ask('POST', `/api/labs/${lab}/tickets`, { terminal })).body.ticket;
  }

  socket(path: string, headers: Record<string, string> = {}): Socket {
    const url = `${this.#origin.replace('http', 'ws')}${path}`;
    return new Socket(new WebSocket(url, { headers: { Origin: this.#origin, Cookie: this.cookie, ...headers } }));
  }
}

/** A WebSocket that remembers what came. */
export class Socket implements Disposable {
  readonly raw: WebSocket;
  readonly texts: EventMessage[] = [];
  readonly frames: ServerFrame[] = [];
  /** Resolves to the close code, or to the HTTP status with which the upgrade was refused. */
  readonly end: Promise<number>;

  constructor(raw: WebSocket) {
    this.raw = raw;
    raw.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.frames.push(decodeServerFrame(new Uint8Array(data)));
      else this.texts.push(JSON.parse(data.toString()));
    });
    this.end = new Promise((resolve) => {
      raw.on('close', (code) => resolve(code));
      raw.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
      raw.on('error', () => undefined);
    });
  }

  get output(): string {
    const parts = this.frames.flatMap((frame) => (frame.type === 'output' ? [Buffer.from(frame.bytes)] : []));
    return Buffer.concat(parts).toString();
  }

  async opened(): Promise<this> {
    if (this.raw.readyState === WebSocket.CONNECTING) {
      await new Promise((resolve, reject) => this.raw.once('open', resolve).once('error', reject));
    }
    return this;
  }

  [Symbol.dispose](): void {
    this.raw.terminate();
  }
}
