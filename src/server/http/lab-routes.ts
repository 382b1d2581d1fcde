import { z } from '@hono/zod-openapi';
import {
  blockRequest,
  blockView,
  checkView,
  claimRequest,
  labView,
  placeRequest,
  queueView,
} from '../../shared/api.ts';
import { actorOf } from '../instructors/rights.ts';
import type { Blocks } from '../labs/blocks.ts';
import type { Checks } from '../labs/checks.ts';
import type { Course } from '../labs/course.ts';
import type { LabManager } from '../labs/lab-manager.ts';
import type { LessonCatalog } from '../labs/lesson-catalog.ts';
import type { Store } from '../store/store.ts';
import { allowedLab } from './allowed-lab.ts';
import { type Api, body, json, route } from './api.ts';
import { ProblemError } from './problems.ts';
import { RateLimit } from './rate-limit.ts';

const params = z.object({ id: z.string().max(64) });

interface Options {
  store: Store;
  manager: LabManager;
  lessons: LessonCatalog;
  course: Course;
  checks: Checks;
  blocks: Blocks;
}

/** Claiming a lab and working in it. */
export function addLabRoutes(api: Api, { store, manager, lessons, course, checks, blocks }: Options): void {
  const claims = new RateLimit(30, 60_000);
  // Each runs commands in the lab before it is typed.
  const typing = new RateLimit(40, 10_000);
  const allowed = allowedLab(manager);

  api.openapi(
    route(
      'post',
      '/api/labs',
      'Claim a lab: the one I have, a new one, or a place in the queue',
      { 200: json(labView, 'My lab'), 201: json(labView, 'A new lab'), 202: json(queueView, 'No room yet') },
      { body: body(claimRequest) },
    ),
    async (c) => {
      const { learnerId } = c.get('who');
      const { spec, lesson, name, replace } = c.req.valid('json');
      claims.use(learnerId);
      if (name) await store.nameLearner(learnerId, name);
      const firstStep = lesson && Object.keys(lessons.lesson(lesson)?.file.steps ?? {})[0];
      const place = lesson && firstStep ? { place: { lesson, step: firstStep } } : {};
      const claimed = await manager.claim(learnerId, spec, { replace, ...place });
      if ('position' in claimed) return c.json({ position: claimed.position }, 202);
      return c.json(manager.view(claimed.lab), claimed.created ? 201 : 200);
    },
  );

  api.openapi(route('get', '/api/labs/{id}', 'A lab', { 200: json(labView) }, { params }), async (c) =>
    c.json(manager.view(await allowed(c.get('who'), c.req.valid('param').id, 'lab.see')), 200),
  );

  api.openapi(
    route('post', '/api/labs/{id}/reset', 'Replace the sandbox by a fresh one', { 200: json(labView) }, { params }),
    async (c) => {
      const lab = await allowed(c.get('who'), c.req.valid('param').id, 'lab.reset');
      const actor = actorOf(c.get('who'), lab);
      const next = await manager.reset(lab.id, actor);
      if (actor === 'learner') await course.passByEvent(lab.learnerId, lab.place, 'reset');
      return c.json(manager.view(next), 200);
    },
  );

  api.openapi(route('post', '/api/labs/{id}/extend', 'Move the end', { 200: json(labView) }, { params }), async (c) => {
    const lab = await allowed(c.get('who'), c.req.valid('param').id, 'lab.extend');
    const actor = actorOf(c.get('who'), lab);
    const next = await manager.extend(lab.id, actor);
    if (actor === 'learner') await course.passByEvent(lab.learnerId, lab.place, 'extend');
    return c.json(manager.view(next), 200);
  });

  api.openapi(route('delete', '/api/labs/{id}', 'End the lab', { 200: json(labView) }, { params }), async (c) => {
    const lab = await allowed(c.get('who'), c.req.valid('param').id, 'lab.end');
    const actor = actorOf(c.get('who'), lab);
    return c.json(manager.view(await manager.end(lab.id, actor, actor)), 200);
  });

  api.openapi(
    route(
      'post',
      '/api/labs/{id}/blocks',
      'Type a block of a lesson into the terminal it belongs to',
      { 200: json(blockView) },
      { params, body: body(blockRequest) },
    ),
    async (c) => {
      const lab = await allowed(c.get('who'), c.req.valid('param').id, 'lab.work');
      typing.use(lab.id);
      const { lesson, step, block, ...options } = c.req.valid('json');
      return c.json({ terminal: await blocks.run(lab.id, { lesson, step }, block, options) }, 200);
    },
  );

  api.openapi(
    route(
      'post',
      '/api/labs/{id}/check',
      'Check a step now',
      { 200: json(checkView) },
      { params, body: body(placeRequest) },
    ),
    async (c) => {
      const lab = await allowed(c.get('who'), c.req.valid('param').id, 'lab.work');
      const place = c.req.valid('json');
      if (course.step(place).step.kind !== 'do') {
        throw new ProblemError('bad-request', `Step "${place.step}" is not checked in the lab.`, { field: 'step' });
      }
      return c.json(await checks.checkNow(lab.id, place), 200);
    },
  );
}
