// Without zod: the page uses it, too.
import type { z } from 'zod';
import type { compareView } from './compare.ts';

/** Ways to a Docker inside a container, in the order of the articles. */
export const approaches = ['socket', 'dind', 'kicbase', 'unprivileged'] as const;
export type Approach = (typeof approaches)[number];

/** What can be run in each; the server knows the text. */
export const compareCommands = ['ps', 'info', 'containers', 'mounts', 'capabilities', 'uid-map'] as const;
export type CompareCommand = (typeof compareCommands)[number];

/** One command in one approach. */
export type CompareView = z.infer<typeof compareView>;
