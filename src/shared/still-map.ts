import { z } from 'zod';

/** A box of a still map. `inside` means that it has a daemon of its own, empty when nothing runs there yet. */
export interface StillBox {
  image?: string | undefined;
  privileged?: boolean | undefined;
  /** PIDs from L1 inwards. */
  pids?: number[] | undefined;
  /** It has mounted its owner's socket, or it talks to the daemon in that box over TCP or TLS. */
  talks?: 'socket' | { tcp: string } | { tls: string } | undefined;
  /** It runs no more. */
  gone?: boolean | undefined;
  inside?: StillTree | undefined;
}
/** Containers of L1's daemon by name, and what runs inside each. */
export type StillTree = { [name: string]: StillBox };

const name = z.string().regex(/^[a-z0-9][a-z0-9_.-]+$/);

/** `tree` of `<Map>` in a lesson's prose. */
export const stillTree: z.ZodType<StillTree> = z.lazy(() => z.record(name, stillBox));
const stillBox: z.ZodType<StillBox> = z.lazy(() =>
  z.strictObject({
    image: z.string().optional(),
    privileged: z.boolean().optional(),
    pids: z.array(z.int()).optional(),
    talks: z.union([z.literal('socket'), z.strictObject({ tcp: name }), z.strictObject({ tls: name })]).optional(),
    gone: z.boolean().optional(),
    inside: stillTree.optional(),
  }),
);
