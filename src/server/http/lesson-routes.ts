import { z } from '@hono/zod-openapi';
import {
  answersRequest,
  answersView,
  explanationsView,
  hintRequest,
  localeQuery,
  type Place,
  predictionRequest,
  progressView,
  solutionView,
} from '../../shared/api.ts';
import { quizStep } from '../../shared/lesson.ts';
import type { Checks } from '../labs/checks.ts';
import type { Course } from '../labs/course.ts';
import type { LabManager } from '../labs/lab-manager.ts';
import type { StepScripts } from '../labs/step-scripts.ts';
import type { Store } from '../store/store.ts';
import { type Api, body, json, route } from './api.ts';

const params = z.object({ lesson: z.string().max(64), step: z.string().max(64) });

interface Options {
  store: Store;
  course: Course;
  manager: LabManager;
  checks: Checks;
  scripts: StepScripts;
}

/** What a learner does in a lesson besides working in his lab. */
export function addLessonRoutes(api: Api, { store, course, manager, checks, scripts }: Options): void {
  const path = <const S extends string>(last: S) => `/api/lessons/{lesson}/steps/{step}/${last}` as const;

  /** Puts the answers of a `do` step where its check looks for them, when the learner has a lab. */
  async function deliver(learnerId: string, place: Place, answers: Record<string, string>): Promise<void> {
    const lab = await store.latestLab(learnerId);
    if (lab?.state !== 'ready' || place.step === quizStep || course.step(place).step.kind !== 'do') return;
    const { sandbox } = await manager.ready(lab.id);
    for (const [id, text] of Object.entries(answers)) {
      await scripts.writeAnswer(sandbox.engineRef, id, `${text.trim()}\n`);
    }
    checks.ask(lab.id);
  }

  api.openapi(
    route('post', path('answers'), 'Answer', { 200: json(answersView) }, { params, body: body(answersRequest) }),
    async (c) => {
      const { learnerId } = c.get('who');
      const { answers } = c.req.valid('json');
      const result = await course.answer(learnerId, c.req.valid('param'), answers);
      await deliver(learnerId, c.req.valid('param'), answers);
      return c.json(result, 200);
    },
  );

  api.openapi(
    route(
      'post',
      path('prediction'),
      'Predict',
      { 200: json(progressView) },
      { params, body: body(predictionRequest) },
    ),
    async (c) => {
      const { choice } = c.req.valid('json');
      return c.json({ progress: await course.predict(c.get('who').learnerId, c.req.valid('param'), choice) }, 200);
    },
  );

  api.openapi(
    route('post', path('hints'), 'Take a hint', { 200: json(progressView) }, { params, body: body(hintRequest) }),
    async (c) => {
      const progress = await course.takeHint(c.get('who').learnerId, c.req.valid('param'), c.req.valid('json').level);
      return c.json({ progress }, 200);
    },
  );

  api.openapi(
    route('post', path('solution'), 'See the solution', { 200: json(solutionView) }, { params, query: localeQuery }),
    async (c) => {
      const { locale } = c.req.valid('query');
      return c.json(await course.solution(c.get('who').learnerId, c.req.valid('param'), locale), 200);
    },
  );

  api.openapi(
    route(
      'get',
      '/api/lessons/{lesson}/explanations',
      'What the learner may know by now',
      { 200: json(explanationsView) },
      { params: params.omit({ step: true }), query: localeQuery },
    ),
    async (c) => {
      const { lesson } = c.req.valid('param');
      return c.json(await course.explanations(c.get('who').learnerId, lesson, c.req.valid('query').locale), 200);
    },
  );

  api.openapi(route('post', path('read'), 'Read a step', { 200: json(progressView) }, { params }), async (c) =>
    c.json({ progress: await course.read(c.get('who').learnerId, c.req.valid('param')) }, 200),
  );
}
