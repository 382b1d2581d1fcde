import { createRoute, OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { problem } from '../../shared/problem.ts';
import type { Who } from '../instructors/rights.ts';
import type { Log } from '../log.ts';
import type { Origins } from './origin.ts';
import { ProblemError, problemOf, respondWithProblem } from './problems.ts';
import type { Sessions } from './session.ts';

/** Largest request body; every legitimate one is a fraction of it. */
const maxBodyBytes = 64 * 1024;

export type Env = { Variables: { who: Who } };
export type Api = OpenAPIHono<Env>;

const problemResponse = {
  description: 'Problem details',
  content: { 'application/problem+json': { schema: problem } },
};

/** A Hono app whose every failure is a problem document. */
export function createApi(log: Log): Api {
  const api: Api = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return;
      const issue = result.error.issues[0];
      const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
      const field = [...(issue?.path ?? []), ...unknown].join('.');
      throw new ProblemError('bad-request', `${field || 'The body'}: ${issue?.message}`, field ? { field } : {});
    },
  });
  api.notFound((c) => respondWithProblem(c, problemOf(new ProblemError('not-found', `There is no ${c.req.path}.`))));
  api.onError((error, c) => {
    // Hono's own errors are about the request: a broken JSON body, a wrong content type.
    const status = 'status' in error && typeof error.status === 'number' ? error.status : 0;
    const known = status >= 400 && status < 500 ? new ProblemError('bad-request', error.message) : error;
    const found = problemOf(known);
    if (found.code === 'internal') log.error({ path: c.req.path, error: error.stack }, 'request failed');
    return respondWithProblem(c, found);
  });
  return api;
}

/** Refuses requests that name another host, and pages of other sites that only make us work. */
export function useHosts(api: Api, origins: Origins): void {
  api.use(async (c, next) => {
    if (!origins.serves(c.req.header('Host'))) throw new ProblemError('bad-origin', `This is ${origins.main}.`);
    if (c.req.header('Sec-Fetch-Site') === 'cross-site' && c.req.header('Sec-Fetch-Mode') !== 'navigate') {
      throw new ProblemError('bad-origin', `Requests must come from ${origins.main}.`);
    }
    await next();
  });
}

/** Refuses bodies that are too large, before anybody reads them. */
export function useBodyLimit(api: Api): void {
  api.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new ProblemError('too-large', `A request may have ${maxBodyBytes} bytes.`);
      },
    }),
  );
}

/** Refuses writes from other origins and requests of nobody. Only `GET /api/me` makes a new browser a learner. */
export function useSessions(api: Api, sessions: Sessions, origins: Origins): void {
  api.use('/api/*', async (c, next) => {
    if (!['GET', 'HEAD'].includes(c.req.method) && !origins.allows(c.req.header('Origin'))) {
      throw new ProblemError('bad-origin', `Requests must come from ${origins.main}.`);
    }
    let who = await sessions.who(c.req.header('Cookie'));
    if (!who && c.req.path === '/api/me' && c.req.method === 'GET') {
      const learner = await sessions.createLearner();
      who = { learnerId: learner.id, instructor: false };
      c.header('Set-Cookie', await sessions.learnerCookie(learner.id), { append: true });
    }
    if (!who) throw new ProblemError('unauthorized', 'This browser is not known yet: GET /api/me comes first.');
    c.set('who', who);
    c.header('Cache-Control', 'no-store');
    await next();
  });
}

/** A route whose answers are the schemas given, and problem details for everything else. */
export function route<
  const M extends 'get' | 'post' | 'put' | 'patch' | 'delete',
  const P extends string,
  const R extends RouteConfig['responses'],
  const Q extends NonNullable<RouteConfig['request']>,
>(method: M, path: P, summary: string, responses: R, request: Q) {
  return createRoute({ method, path, summary, request, responses: { ...responses, default: problemResponse } });
}

export function json<S extends z.ZodType>(schema: S, description = 'Done') {
  return { description, content: { 'application/json': { schema } } };
}

export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}
