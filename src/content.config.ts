import { defineCollection } from 'astro:content';
import { file, glob } from 'astro/loaders';
import { z } from 'astro/zod';
import { claim } from './shared/claim.ts';
import { labFile } from './shared/lab-spec.ts';
import { lessonFile, trackFile } from './shared/lesson.ts';
import { term } from './shared/term.ts';

/** The folder that holds the file names the entry: ids are unique in the course. */
const byFolder = ({ entry }: { entry: string }) => entry.split('/').at(-2) ?? entry;
/** `<lesson>/<locale>` */
const byFolderAndName = ({ entry }: { entry: string }) =>
  entry
    .replace(/\.mdx$/, '')
    .split('/')
    .slice(-2)
    .join('/');

export const collections = {
  labs: defineCollection({
    loader: glob({ base: './labs', pattern: '*/lab.yaml', generateId: byFolder }),
    schema: labFile,
  }),
  lessons: defineCollection({
    loader: glob({ base: './lessons', pattern: '*/*/lesson.yaml', generateId: byFolder }),
    schema: lessonFile,
  }),
  tracks: defineCollection({
    loader: glob({ base: './lessons', pattern: '*/track.yaml', generateId: byFolder }),
    schema: trackFile,
  }),
  claims: defineCollection({ loader: file('./lessons/claims.yaml'), schema: claim }),
  terms: defineCollection({ loader: file('./lessons/terms.yaml'), schema: term }),
  prose: defineCollection({
    loader: glob({ base: './lessons', pattern: '*/*/{en,zh}.mdx', generateId: byFolderAndName }),
    schema: z.object({ title: z.string().min(1), goal: z.string().min(1) }),
  }),
};
