import { z } from 'zod';
import { localized, slug } from './ids.ts';

const forms = z.array(z.string().min(1)).min(1);
const patterns = z.array(z.string().min(1)).optional();

export const term = z.strictObject({
  /** How it is written; the first form is the heading. */
  en: forms,
  zh: forms,
  /** What the glossary says; a term without it is not in the glossary. */
  meaning: localized.optional(),
  /** Regular expressions for what must not be written instead. */
  never: z.strictObject({ en: patterns, zh: patterns }).optional(),
});

/** lessons/terms.yaml: one term for one thing, in both languages. */
export const termsFile = z.record(slug, term);
export type TermsFile = z.infer<typeof termsFile>;
