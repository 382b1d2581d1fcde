import { z } from 'zod';
import { localized, slug } from './ids.ts';

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const sizeUnits = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** A duration as text, `90s` or `15m`; parsed to milliseconds. */
export const duration = quantity(durationUnits, 'a duration such as 20s, 15m or 1h');
/** A size as text, `768MiB`; parsed to bytes. */
export const size = quantity(sizeUnits, 'a size such as 768MiB or 1.5GiB');

/** labs/<lab>/lab.yaml: what a kind of lab is made of. Durations are milliseconds, sizes bytes. */
export const labFile = z.strictObject({
  title: localized,
  image: slug,
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
});
export type LabFile = z.infer<typeof labFile>;
/** A LabSpec: one folder in labs/, named by its id. */
export type LabSpec = LabFile & { id: string };

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
