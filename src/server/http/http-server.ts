import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { healthView, type Verdict } from '../../shared/api.ts';
import type { Config } from '../config.ts';
import type { Engine } from '../engine/engine.ts';
import type { Links } from '../instructors/links.ts';
import type { Blocks } from '../labs/blocks.ts';
import type { Checks } from '../labs/checks.ts';
import type { Course } from '../labs/course.ts';
import type { Feed } from '../labs/feed.ts';
import type { LabManager } from '../labs/lab-manager.ts';
import type { LabViews } from '../labs/lab-views.ts';
import type { LessonCatalog } from '../labs/lesson-catalog.ts';
import type { Pool } from '../labs/pool.ts';
import type { StepScripts } from '../labs/step-scripts.ts';
import type { Log } from '../log.ts';
import type { Compare } from '../maps/compare.ts';
import type { MapWatcher } from '../maps/map-watcher.ts';
import type { Store } from '../store/store.ts';
import type { Recordings } from '../terminals/recordings.ts';
import type { Terminals } from '../terminals/terminals.ts';
import { type Api, createApi, json, route, useBodyLimit, useHosts, useSessions } from './api.ts';
import { eventsRoute } from './events-socket.ts';
import { health } from './health.ts';
import { addInstructorRoutes } from './instructor-routes.ts';
import { instructorRoute } from './instructor-socket.ts';
import { addLabRoutes } from './lab-routes.ts';
import { addLessonRoutes } from './lesson-routes.ts';
import { addMapRoutes } from './map-routes.ts';
import { addMeRoutes } from './me-routes.ts';
import { createMetrics } from './metrics.ts';
import { Origins } from './origin.ts';
import { ProblemError } from './problems.ts';
import { Sessions } from './session.ts';
import { addStaticSite, useSecurityHeaders } from './static-site.ts';
import { addTerminalRoutes } from './terminal-routes.ts';
import { terminalRoute } from './terminal-socket.ts';
import { Tickets } from './tickets.ts';
import { Upgrades } from './upgrade.ts';

export interface HttpParts {
  config: Config;
  engine: Engine;
  store: Store;
  pool: Pool;
  manager: LabManager;
  lessons: LessonCatalog;
  course: Course;
  checks: Checks;
  scripts: StepScripts;
  blocks: Blocks;
  views: LabViews;
  maps: MapWatcher;
  compare: Compare;
  terminals: Terminals;
  recordings: Recordings;
  links: Links;
  feed: Feed;
  log: Log;
  /** What the canary found. */
  verdict: Verdict;
  /** Folder of the built site; undefined where something else serves it. */
  site: string | undefined;
}

/** API, site and sockets. */
export interface HttpSide extends Disposable {
  api: Api;
  origins: Origins;
  sessions: Sessions;
  upgrades: Upgrades;
}

export function createHttpSide(parts: HttpParts): HttpSide {
  const { config, store, links, log } = parts;
  const tls = config.tls !== undefined || (config.origin?.startsWith('https:') ?? false);
  const origins = new Origins({ configured: config.origin, host: config.host, tls: config.tls !== undefined });
  const sessions = new Sessions({ store, links, secure: tls });
  const tickets = new Tickets();
  const api = createApi(log);
  useSecurityHeaders(api, tls);
  useHosts(api, origins);
  useBodyLimit(api);
  addOpenRoutes(api, parts, sessions);
  useSessions(api, sessions, origins);
  addMeRoutes(api, { ...parts, sessions, origins });
  addLabRoutes(api, parts);
  addTerminalRoutes(api, { ...parts, tickets });
  addLessonRoutes(api, parts);
  addMapRoutes(api, parts);
  addInstructorRoutes(api, { ...parts, sessions });
  api.all('/api/*', (c) => {
    throw new ProblemError('not-found', `There is no ${c.req.method} ${c.req.path}.`);
  });
  if (parts.site) addStaticSite(api, parts.site);
  const upgrades = new Upgrades({
    routes: [eventsRoute(parts), instructorRoute(parts), terminalRoute({ ...parts, tickets })],
    sessions,
    origins,
    log,
  });
  return { api, origins, sessions, upgrades, [Symbol.dispose]: () => upgrades[Symbol.dispose]() };
}

/** What needs no session: health, metrics, the API's description. */
function addOpenRoutes(api: Api, parts: HttpParts, sessions: Sessions): void {
  const metrics = createMetrics(parts);
  const answer = { ...json(healthView), description: 'Engine, store and pool' };
  api.openapi(route('get', '/healthz', 'Health', { 200: answer, 503: answer }, {}), async (c) => {
    const found = await health(parts);
    return c.json(found, found.status === 'ok' ? 200 : 503);
  });
  api.get('/metrics', async (c) => {
    const who = await sessions.who(c.req.header('Cookie'));
    const address = getConnInfo(c).remote.address ?? '';
    // Behind a proxy on this machine everybody comes from here.
    const proxied = parts.config.origin || c.req.header('Forwarded') || c.req.header('X-Forwarded-For');
    if (!who?.instructor && (proxied || !/^(?:::ffff:)?127\.|^::1$/.test(address))) {
      throw new ProblemError('forbidden', 'Metrics are for instructors and for this machine.');
    }
    return c.text(await metrics.metrics(), 200, { 'Content-Type': metrics.contentType });
  });
  api.doc31('/api/openapi.json', { openapi: '3.1.0', info: { title: 'Matryoshka', version: '0.1.0' } });
}

/**
 * Listens and answers with the server.
 *
 * @throws Node's error (EADDRINUSE, EACCES, …), or the certificate's.
 */
export async function listen(side: HttpSide, config: Config): Promise<Server> {
  const listener = getRequestListener(side.api.fetch);
  const tls = config.tls && { cert: readFileSync(config.tls.cert), key: readFileSync(config.tls.key) };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('upgrade', (request, socket, head) => {
    if (!side.upgrades.handle(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  side.origins.setPort(typeof address === 'object' && address ? address.port : config.port);
  return server;
}
