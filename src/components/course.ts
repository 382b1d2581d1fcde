import { getCollection } from 'astro:content';
import type { Locale } from '../i18n/locale.ts';
import { type LessonFile, type Requirement, type TrackFile, writtenLessons } from '../shared/lesson.ts';

export interface LessonCard {
  id: string;
  title: string;
  goal: string;
  minutes: number;
  /** Ids of its steps in their order, with their titles in the language asked for. */
  steps: { id: string; title: string }[];
  lab: string;
  /** What a machine needs for it, and for single steps of it. */
  requires: readonly Requirement[];
  stepsRequire: readonly Requirement[];
}
export interface TrackCard {
  id: string;
  number: number;
  title: string;
  summary: string;
  lessons: LessonCard[];
}

/** The course in one language, in the order of its tracks. A track without lessons yet is left out. */
export async function course(locale: Locale): Promise<TrackCard[]> {
  const tracks = await getCollection('tracks');
  const cards = await Promise.all(
    tracks.map(async ({ id, data }) => ({ id, ...namesOf(data, locale), lessons: await lessonsOf(data, locale) })),
  );
  return cards.filter(({ lessons }) => lessons.length > 0).sort((a, b) => a.number - b.number);
}

/** The titles of the tracks that lessons to come belong to, by the lesson's id. */
export async function plannedLessons(): Promise<Map<string, TrackFile['title']>> {
  const tracks = await getCollection('tracks');
  return new Map(
    tracks.flatMap(({ data: { title, lessons } }) =>
      lessons.flatMap((entry) => (typeof entry === 'string' ? [] : [[entry.planned, title]])),
    ),
  );
}

function namesOf(track: TrackFile, locale: Locale) {
  return { number: track.number, title: track.title[locale], summary: track.summary[locale] };
}

async function lessonsOf(track: TrackFile, locale: Locale): Promise<LessonCard[]> {
  const written = writtenLessons(track);
  const lessons = await getCollection('lessons', ({ id }) => written.includes(id));
  const prose = await getCollection('prose', ({ id }) => id.endsWith(`/${locale}`));
  return written.flatMap((id) => {
    const facts = lessons.find((lesson) => lesson.id === id)?.data;
    const entry = prose.find((each) => each.id === `${id}/${locale}`);
    return facts && entry ? [card(id, facts, entry.data, entry.body ?? '')] : [];
  });
}

function card(id: string, facts: LessonFile, front: { title: string; goal: string }, body: string): LessonCard {
  const titles = stepTitles(body);
  const steps = Object.keys(facts.steps).map((step) => ({ id: step, title: titles.get(step) ?? step }));
  const { minutes, lab, requires } = facts;
  const stepsRequire = Object.values(facts.steps).flatMap((step) => step.requires);
  return { id, title: front.title, goal: front.goal, minutes, lab, requires, stepsRequire, steps };
}

/** Titles of steps by id, read from the tags `<Step id="…" title="…">` of the prose. */
function stepTitles(body: string): Map<string, string> {
  const titles = new Map<string, string>();
  for (const [tag] of body.matchAll(/<Step\s[^>]*>/g)) {
    const id = /\sid="([^"]*)"/.exec(tag)?.[1];
    const title = /\stitle="([^"]*)"/.exec(tag)?.[1];
    if (id && title) titles.set(id, title);
  }
  return titles;
}
