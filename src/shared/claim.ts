import { z } from 'zod';
import { localized, slug } from './ids.ts';
import type { LessonFile } from './lesson.ts';

/** A claim of one of the two articles: `a.` or `b.` and a name. */
export const claimId = z.string().regex(/^[ab](?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+$/, 'not a claim, such as b.aufs');

export const claim = z
  .strictObject({
    says: localized,
    /** What is true, where the article is wrong or outdated. */
    instead: localized.optional(),
    /** The lesson that shows it; which of its steps does so stands there. */
    lesson: slug.optional(),
    /** The source, for what nobody can observe. */
    cited: z.url().optional(),
    /** The track to come that will show it. */
    later: localized.optional(),
  })
  .refine((c) => [c.lesson, c.cited, c.later].filter((where) => where !== undefined).length === 1, {
    error: 'a claim has exactly one of lesson, cited, later',
  });
export type Claim = z.infer<typeof claim>;

/** lessons/claims.yaml */
export const claimsFile = z.record(claimId, claim);
export type ClaimsFile = z.infer<typeof claimsFile>;

/** The claims that a lesson shows, as a whole or in a step. */
export function claimsOf(lesson: Pick<LessonFile, 'claims' | 'steps'>): { id: string; step?: string }[] {
  const ofSteps = Object.entries(lesson.steps).flatMap(([step, { claims }]) => claims.map((id) => ({ id, step })));
  return [...lesson.claims.map((id) => ({ id })), ...ofSteps];
}
