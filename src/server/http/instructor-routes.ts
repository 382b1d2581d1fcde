import { instructorLabsView, tokenRequest } from '../../shared/api.ts';
import type { Links } from '../instructors/links.ts';
import type { LabViews } from '../labs/lab-views.ts';
import { type Api, body, json, route } from './api.ts';
import { ProblemError } from './problems.ts';
import type { Sessions } from './session.ts';

/** The instructor's session and his list of labs. */
export function addInstructorRoutes(
  api: Api,
  { views, links, sessions }: { views: LabViews; links: Links; sessions: Sessions },
): void {
  const done = { description: 'Done' };

  api.openapi(
    route('post', '/api/instructor/session', 'Use a one-time link', { 204: done }, { body: body(tokenRequest) }),
    async (c) => {
      const { secret, expiresAt } = await links.enterAsInstructor(c.req.valid('json').token);
      c.header('Set-Cookie', await sessions.instructorCookie(secret, expiresAt), { append: true });
      return c.body(null, 204);
    },
  );

  api.openapi(route('delete', '/api/instructor/session', 'Leave', { 204: done }, {}), async (c) => {
    const secret = await sessions.instructorSecret(c.req.header('Cookie'));
    if (secret) await links.leaveAsInstructor(secret);
    c.header('Set-Cookie', await sessions.instructorCookie(undefined), { append: true });
    return c.body(null, 204);
  });

  api.openapi(
    route('get', '/api/instructor/labs', 'All labs that live', { 200: json(instructorLabsView) }, {}),
    async (c) => {
      if (!c.get('who').instructor) throw new ProblemError('forbidden', 'Only an instructor sees all labs.');
      return c.json({ labs: await views.instructorLabs() }, 200);
    },
  );
}
