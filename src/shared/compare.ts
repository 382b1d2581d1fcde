import { z } from 'zod';

/** Ways to a Docker inside a container, in the order of the articles. */
export const approaches = ['socket', 'dind', 'kicbase', 'unprivileged'] as const;
export type Approach = (typeof approaches)[number];

/** What can be run in each; the server knows the text. */
export const compareCommands = ['ps', 'info', 'containers', 'mounts', 'capabilities', 'uid-map'] as const;
export type CompareCommand = (typeof compareCommands)[number];

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
export type CompareView = z.infer<typeof compareView>;
