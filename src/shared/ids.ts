import { z } from 'zod';

/** Ids that authors write: kebab-case, equal to a folder's name or a key in lesson.yaml. */
export const slug = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'use kebab-case: lower-case letters, digits, single hyphens');

/** A Docker container name, as the engine itself accepts it (at least two characters). */
export const containerName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$/, 'not a container name');

export const locales = ['en', 'zh'] as const;
export const locale = z.enum(locales);
export type Locale = z.infer<typeof locale>;

/** Text that stands in YAML because it is shown outside a lesson's prose. */
export const localized = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });
export type Localized = z.infer<typeof localized>;
