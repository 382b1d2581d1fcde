import { learnerView as learnerSchema, meView, nameRequest, resumeView, tokenRequest } from '../../shared/api.ts';
import type { Links } from '../instructors/links.ts';
import { type LabViews, learnerView } from '../labs/lab-views.ts';
import type { Store } from '../store/store.ts';
import { type Api, body, json, route } from './api.ts';
import type { Origins } from './origin.ts';
import type { Sessions } from './session.ts';

/** The learner himself: who he is, his name, his way back. */
export function addMeRoutes(
  api: Api,
  {
    store,
    views,
    links,
    sessions,
    origins,
  }: { store: Store; views: LabViews; links: Links; sessions: Sessions; origins: Origins },
): void {
  api.openapi(route('get', '/api/me', 'Who I am, my lab and my progress', { 200: json(meView) }, {}), async (c) => {
    const { learnerId, instructor } = c.get('who');
    return c.json(await views.me(learnerId, instructor), 200);
  });

  api.openapi(
    route('put', '/api/me/name', 'Give a display name', { 200: json(learnerSchema) }, { body: body(nameRequest) }),
    async (c) => {
      const { learnerId } = c.get('who');
      await store.nameLearner(learnerId, c.req.valid('json').name);
      const learner = await store.learner(learnerId);
      return c.json(learnerView(learner ?? { id: learnerId, number: 0, name: undefined }), 200);
    },
  );

  api.openapi(
    route('post', '/api/me/resume-link', 'A link to continue in another browser', { 200: json(resumeView) }, {}),
    async (c) => {
      const token = await links.resumeToken(c.get('who').learnerId);
      return c.json({ link: `${origins.main}/en/resume/#${token}` }, 200);
    },
  );

  api.openapi(
    route(
      'post',
      '/api/me/resume',
      'Continue as the learner of a link',
      { 200: json(meView) },
      { body: body(tokenRequest) },
    ),
    async (c) => {
      const learnerId = await links.resume(c.req.valid('json').token);
      c.header('Set-Cookie', await sessions.learnerCookie(learnerId), { append: true });
      return c.json(await views.me(learnerId, c.get('who').instructor), 200);
    },
  );
}
