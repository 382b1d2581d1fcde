import { z } from 'zod';
import { approaches, compareCommands } from './compare-names.ts';

export const compareRequest = z.strictObject({ approach: z.enum(approaches), command: z.enum(compareCommands) });

/** One command in one approach. */
export const compareView = z.object({
  approach: z.enum(approaches),
  /** Name of its container in the lab. */
  container: z.string(),
  /** What was typed on the lab's host to start it, and in it. */
  start: z.string(),
  command: z.string(),
  output: z.string(),
  code: z.int(),
  /** From `docker run` until its Docker answered, ms. */
  startedMs: z.int(),
});
