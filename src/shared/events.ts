import { z } from 'zod';
import {
  actors,
  checkView,
  instructorLabView,
  labView,
  meView,
  moment,
  place,
  queueView,
  stepProgress,
} from './api.ts';
import { mapChange } from './map.ts';

/** What `WS /ws/events` sends to a learner's page. JSON text frames. */
export const eventMessage = z.discriminatedUnion('type', [
  /** First message after connecting, and again whenever everything must be redrawn. */
  z.object({ type: z.literal('hello'), me: meView }),
  z.object({ type: z.literal('lab'), lab: labView }),
  z.object({ type: z.literal('queue'), queue: queueView }),
  z.object({ type: z.literal('check'), check: checkView }),
  z.object({ type: z.literal('progress'), progress: stepProgress }),
  /** The whole map first, then what has changed. */
  z.object({ type: z.literal('map'), lab: z.string(), change: mapChange }),
  /** Something to tell: `code` is translated by the page. */
  z.object({
    type: z.literal('notice'),
    code: z.enum([
      'reset',
      'extended',
      'ended',
      'expires-soon',
      'idle-soon',
      'engine-down',
      'engine-back',
      'memory-limit',
      'process-limit',
      'disk-limit',
    ]),
    by: z.enum(actors),
    at: moment,
    /** For expires-soon and idle-soon: when. */
    when: moment.optional(),
  }),
]);
export type EventMessage = z.infer<typeof eventMessage>;

/** What a learner's page sends. `viewing` makes the server prepare the step and check it while it is on screen. */
export const eventRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('viewing'), place: place.nullable(), visible: z.boolean() }),
]);
export type EventRequest = z.infer<typeof eventRequest>;

/** What `WS /ws/instructor` sends. */
export const instructorMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('labs'), labs: z.array(instructorLabView) }),
  z.object({ type: z.literal('lab'), lab: instructorLabView }),
]);
export type InstructorMessage = z.infer<typeof instructorMessage>;
