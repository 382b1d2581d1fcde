import { z } from 'zod';
import { localized, slug } from './ids.ts';

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const sizeUnits = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** A duration as text, `90s` or `15m`; parsed to milliseconds. */
export const duration = quantity(durationUnits, 'a duration such as 20s, 15m or 1h');
/** A size as text, `768MiB`; parsed to bytes. */
export const size = quantity(sizeUnits, 'a size such as 768MiB or 1.5GiB');

/** Below these a sandbox's own engine does not start. */
const leastMemory = 256 * 2 ** 20;
const leastPids = 64;

/** labs/<lab>/lab.yaml: what a kind of lab is made of. Durations are milliseconds, sizes bytes. */
export const labFile = z
  .strictObject({
    title: localized,
    image: z.string().regex(/^sandbox$/, 'no such image: labs run on "sandbox"'),
    /** Images that the golden store gives the lab; only these can be named in blocks. */
    contains: z.array(z.string().min(1)).default([]),
    ready: z.strictObject({ daemon: duration }),
    limits: z.strictObject({
      memory: size,
      cpus: z.number().positive(),
      pids: z.int().positive(),
      disk: z.strictObject({ tmpfs: size }),
    }),
    /** Memory that capacity counts for one lab. */
    reserve: size,
    life: z.strictObject({
      ttl: duration,
      warn: z.array(duration),
      extend: duration,
      max: duration,
      idle: duration,
    }),
    terminals: z
      .record(slug, z.strictObject({ level: z.int().min(1).max(5).default(1) }))
      .default({ host: { level: 1 } }),
  })
  .superRefine(({ limits, reserve, life }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (limits.memory < leastMemory) refuse(['limits', 'memory'], 'too little for an engine: at least 256MiB');
    if (limits.pids < leastPids) refuse(['limits', 'pids'], `too few for an engine: at least ${leastPids}`);
    if (limits.disk.tmpfs >= limits.memory) {
      refuse(['limits', 'disk', 'tmpfs'], 'counts as memory: it must be less than limits.memory');
    }
    if (reserve > limits.memory) refuse(['reserve'], 'more than the lab may ever use: at most limits.memory');
    if (life.ttl > life.max) refuse(['life', 'ttl'], 'longer than life.max');
    if (life.warn.some((before) => before >= life.ttl)) refuse(['life', 'warn'], 'must be shorter than life.ttl');
  });
export type LabFile = z.infer<typeof labFile>;
/** A LabSpec: one folder in labs/, named by its id. `egress`: whether the operator allows addresses outside. */
export type LabSpec = LabFile & { id: string; egress?: boolean };

function quantity<U extends Record<string, number>>(units: U, wanted: string) {
  const form = new RegExp(`^(\\d+(?:\\.\\d+)?)(${Object.keys(units).join('|')})$`);
  return z
    .string()
    .regex(form, `not ${wanted}`)
    .transform((text) => {
      const [, amount = '0', unit = ''] = form.exec(text) ?? [];
      return Math.round(Number(amount) * (units[unit] ?? 0));
    });
}
