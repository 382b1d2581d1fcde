import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { InstructorLabView } from '../../shared/api.ts';
import type { MapHost } from '../../shared/map.ts';
import type { Engine, ShellCommand } from '../engine/engine.ts';
import type { Links } from '../instructors/links.ts';
import type { LabManager } from '../labs/lab-manager.ts';
import type { LabViews } from '../labs/lab-views.ts';
import type { Log } from '../log.ts';
import type { MapWatcher } from '../maps/map-watcher.ts';
import type { Store } from '../store/store.ts';
import { problemOf, respondWithProblem } from './problems.ts';
import type { Sessions } from './session.ts';

/** Another server runs on this data folder. */
export class AlreadyRunningError extends Error {}

interface Options {
  store: Store;
  engine: Engine;
  maps: MapWatcher;
  manager: LabManager;
  views: LabViews;
  links: Links;
  newLearner: Sessions['createLearner'];
  /** Where a browser reaches us. */
  address: () => string;
  log: Log;
}

/** Answers of the control socket, by path. The command line is its only client. */
export interface ControlAnswers {
  labs: InstructorLabView[];
  lab: InstructorLabView;
  exec: ShellCommand;
  map: MapHost;
  link: { link: string };
}

/** The command line's way into a running server: HTTP over a socket that only this user may open. */
export function createControl(options: Options): Hono {
  const { store, engine, maps, manager, views, links, newLearner, address } = options;
  const control = new Hono();
  control.onError((error, c) => respondWithProblem(c, problemOf(error)));
  const show = async (id: string) => await views.instructorLab(await manager.get(id));

  control.get('/labs', async (c) => c.json(await views.instructorLabs()));
  control.post('/labs', async (c) => {
    const { spec } = await c.req.json<{ spec: string }>();
    const learner = await newLearner();
    await store.nameLearner(learner.id, 'command line');
    const claimed = await manager.claim(learner.id, spec);
    return 'lab' in claimed ? c.json(await show(claimed.lab.id), 201) : c.json(claimed, 202);
  });
  control.get('/labs/:id', async (c) => c.json(await show(c.req.param('id'))));
  control.post('/labs/:id/reset', async (c) => {
    await manager.reset(c.req.param('id'), 'instructor');
    return c.json(await show(c.req.param('id')));
  });
  control.delete('/labs/:id', async (c) => {
    await manager.end(c.req.param('id'), 'instructor', 'instructor');
    return c.json(await show(c.req.param('id')));
  });
  control.post('/labs/:id/exec', async (c) => {
    const { argv } = await c.req.json<{ argv: string[] }>();
    const { sandbox } = await manager.ready(c.req.param('id'));
    await manager.touch(c.req.param('id'));
    return c.json(engine.execCommand(sandbox.engineRef, argv));
  });
  control.get('/labs/:id/map', async (c) => {
    const { sandbox } = await manager.ready(c.req.param('id'));
    return c.json(await maps.look(sandbox.engineRef));
  });
  control.post('/instructor-link', async (c) =>
    c.json({ link: `${address()}/en/instructor/#${await links.instructorToken()}` }),
  );
  return control;
}

/**
 * Listens on the socket file, mode 0600; disposing the answer closes it.
 *
 * @throws {AlreadyRunningError} when a server answers there.
 */
export async function listenControl(control: Hono, file: string): Promise<Disposable> {
  if (await answers(file)) throw new AlreadyRunningError(file);
  rmSync(file, { force: true });
  // By default it replaces the global Response, which breaks Astro in the same process (`npm run dev`).
  const server = createServer(getRequestListener(control.fetch, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The file is made within the call: not for a moment may somebody else open it.
    const umask = process.umask(0o177);
    server.listen(file, resolve);
    process.umask(umask);
  });
  return { [Symbol.dispose]: () => server.close() };
}

/** Whether somebody listens on a socket file; what a killed server left does not. */
export function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(file);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
