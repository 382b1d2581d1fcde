import { z } from 'zod';

/** Every reason why a request can fail; the page has a sentence for each in both languages. */
export const problemCodes = [
  'bad-request',
  'unauthorized',
  'forbidden',
  'bad-origin',
  'not-found',
  'too-large',
  'too-many-requests',
  'internal',
  'store-failed',
  'engine-down',
  'engine-failed',
  'capacity',
  'other-lab',
  'lab-not-ready',
  'lab-ended',
  'extend-limit',
  'container-missing',
  'terminal-busy',
  'terminal-limit',
  'wrong-level',
  'recording-limit',
  'prediction-locked',
  'solution-locked',
  'bad-link',
] as const;
export const problemCode = z.enum(problemCodes);
export type ProblemCode = z.infer<typeof problemCode>;

/** Problem details, RFC 9457; `code` is what the page translates, `field` the place in the request that was wrong. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: problemCode,
  field: z.string().optional(),
  /** Values that the translated sentence uses. */
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type Problem = z.infer<typeof problem>;
