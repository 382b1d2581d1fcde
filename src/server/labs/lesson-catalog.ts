import { glob, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { slug } from '../../shared/ids.ts';
import { type LessonFile, lessonFile, type TrackFile, trackFile, writtenLessons } from '../../shared/lesson.ts';
import { collect, type LabCatalog, notAnId, subfolders } from './lab-catalog.ts';
import { displayPath, FileError, type FileProblem, readYaml, type YamlFile } from './yaml-file.ts';

export const scriptKinds = ['setup', 'check', 'solve', 'cheat'] as const;
export type ScriptKind = (typeof scriptKinds)[number];

/** Folder beside the tracks with what all scripts but a solve may use. */
const library = 'lib';

export interface Track extends Omit<TrackFile, 'lessons'> {
  id: string;
  lessons: readonly Lesson[];
  /** Ids of lessons to come. */
  planned: readonly string[];
}

/** A lesson's language-neutral part and where its files are; prose is read by the site. */
export interface Lesson {
  id: string;
  /** Id of its track. */
  track: string;
  folder: string;
  file: LessonFile;
  /** Steps with a setup: every `do` step, and others whose blocks need something in the lab. */
  setups: ReadonlySet<string>;
  /** The same with line numbers, for messages to authors. */
  source: YamlFile<LessonFile>;
}

/** The course as it stands in lessons/. What it hands out is consistent; `load` throws otherwise. */
export class LessonCatalog {
  /** By their number in the course plan. */
  tracks: readonly Track[];
  /** The folder that it was read from. */
  readonly folder: string;

  constructor(folder: string, tracks: readonly Track[]) {
    this.folder = folder;
    this.tracks = tracks;
  }

  /** Reads every track and lesson; throws one FileError with the problems of all files. */
  static async load(folder: string, labs?: LabCatalog): Promise<LessonCatalog> {
    const problems: FileProblem[] = [];
    const tracks: Track[] = [];
    for (const id of await subfolders(folder)) {
      if (id === library) continue;
      const track = await loadTrack(join(folder, id), id, problems);
      if (track) tracks.push(track);
    }
    tracks.sort((a, b) => a.number - b.number);
    const lessons = tracks.flatMap((track) => track.lessons);
    problems.push(...duplicateIds(lessons), ...(labs ? unknownLabs(lessons, labs) : []));
    for (const lesson of lessons) problems.push(...(await scriptProblems(lesson)));
    if (problems.length > 0) throw new FileError(problems);
    return new LessonCatalog(folder, tracks);
  }

  /** Reads the folder anew, for who writes lessons. Stays as it was when `load` throws. */
  async reload(): Promise<void> {
    this.tracks = (await LessonCatalog.load(this.folder)).tracks;
  }

  /** All lessons in the order of the course. */
  get lessons(): readonly Lesson[] {
    return this.tracks.flatMap((track) => track.lessons);
  }

  /** Ids of lessons that have their place and are not written yet. */
  get planned(): ReadonlySet<string> {
    return new Set(this.tracks.flatMap((track) => track.planned));
  }

  lesson(id: string): Lesson | undefined {
    return this.lessons.find((lesson) => lesson.id === id);
  }

  /**
   * What is run for a step's script: the libraries of the course and of the lesson, then the script. A solve stands
   * alone, because learners read it. Rejects when there is none. Read anew each time, so that an edit counts at once.
   */
  async script(lesson: Lesson, step: string, kind: ScriptKind): Promise<string> {
    const has = kind === 'setup' ? lesson.setups.has(step) : lesson.file.steps[step]?.kind === 'do';
    if (!has) throw new Error(`${lesson.id}/${step} has no scripts`);
    const before = kind === 'solve' ? [] : await libraryPaths(lesson);
    const texts = [...before, scriptPath(lesson, step, kind)].map((path) => readFile(path, 'utf8'));
    return (await Promise.all(texts)).join('\n');
  }
}

/** Where a step's script is, whether or not it exists. */
export function scriptPath(lesson: Lesson, step: string, kind: ScriptKind): string {
  return join(lesson.folder, 'steps', step, `${kind}.sh`);
}

/** The files with what the scripts of a lesson share, in the order in which they stand in front of them. */
export async function libraryPaths(lesson: Lesson): Promise<string[]> {
  const shared = await Array.fromAsync(glob('*.sh', { cwd: join(lesson.folder, '../..', library) }));
  const own = await Array.fromAsync(glob('lib.sh', { cwd: join(lesson.folder, 'steps') }));
  return [
    ...shared.sort().map((name) => join(lesson.folder, '../..', library, name)),
    ...own.map((name) => join(lesson.folder, 'steps', name)),
  ];
}

async function loadTrack(folder: string, id: string, problems: FileProblem[]): Promise<Track | undefined> {
  const path = join(folder, 'track.yaml');
  if (!slug.safeParse(id).success) problems.push({ file: displayPath(path), line: 1, message: notAnId(id) });
  const read = await readYaml(path, trackFile).catch(collect(problems));
  if (!read) return;
  const { lessons: entries, ...track } = read.value;
  const order = entries.map((entry) => (typeof entry === 'string' ? entry : entry.planned));
  const written = writtenLessons(read.value);
  const folders = await subfolders(folder);
  const lessons: Lesson[] = [];
  for (const [index, lesson] of order.entries()) {
    if (order.indexOf(lesson) < index) {
      problems.push(read.problem(['lessons', index], `lesson "${lesson}" is listed twice`));
    } else if (!written.includes(lesson)) {
      if (folders.includes(lesson)) problems.push(read.problem(['lessons', index], `"${lesson}" exists: not planned`));
    } else if (!folders.includes(lesson)) {
      problems.push(read.problem(['lessons', index], `there is no folder "${lesson}"`));
    } else {
      const source = await readYaml(join(folder, lesson, 'lesson.yaml'), lessonFile).catch(collect(problems));
      if (source) lessons.push(await toLesson(lesson, id, join(folder, lesson), source));
    }
  }
  for (const extra of folders.filter((name) => !order.includes(name))) {
    problems.push(read.problem(['lessons'], `folder "${extra}" is not listed`));
  }
  return { id, ...track, lessons, planned: order.filter((lesson) => !written.includes(lesson)) };
}

async function toLesson(id: string, track: string, folder: string, source: YamlFile<LessonFile>): Promise<Lesson> {
  const lesson = { id, track, folder, file: source.value, setups: new Set<string>(), source };
  for (const step of await stepFolders(lesson)) {
    if (await stat(scriptPath(lesson, step, 'setup')).catch(() => undefined)) lesson.setups.add(step);
  }
  return lesson;
}

function duplicateIds(lessons: readonly Lesson[]): FileProblem[] {
  const first = new Map<string, Lesson>();
  return lessons.flatMap((lesson) => {
    const other = first.get(lesson.id);
    first.set(lesson.id, other ?? lesson);
    return other ? [lesson.source.problem([], `duplicate lesson id "${lesson.id}", also in ${other.source.file}`)] : [];
  });
}

function unknownLabs(lessons: readonly Lesson[], labs: LabCatalog): FileProblem[] {
  return lessons
    .filter((lesson) => !labs.spec(lesson.file.lab))
    .map((lesson) => lesson.source.problem(['lab'], `there is no lab "${lesson.file.lab}"`));
}

/** Each `do` step has its four scripts; another step may have a setup; nothing else has a folder in steps/. */
async function scriptProblems(lesson: Lesson): Promise<FileProblem[]> {
  const folders = await stepFolders(lesson);
  const problems: FileProblem[] = [];
  for (const [step, { kind: stepKind }] of Object.entries(lesson.file.steps)) {
    const isDo = stepKind === 'do';
    if (!folders.includes(step)) {
      if (isDo) problems.push(lesson.source.problem(['steps', step], `there is no folder steps/${step}`));
      continue;
    }
    for (const kind of scriptKinds) {
      const path = scriptPath(lesson, step, kind);
      const found = await stat(path).catch(() => undefined);
      const isWanted = isDo || kind === 'setup';
      if (!isWanted && found) {
        problems.push({ file: displayPath(path), line: 1, message: `steps.${step}: only a do step has a ${kind}.sh` });
      } else if (isWanted && !found?.isFile()) {
        problems.push(lesson.source.problem(['steps', step], `${kind}.sh is missing`));
      } else if (found && (found.mode & 0o111) === 0) {
        problems.push({ file: displayPath(path), line: 1, message: `steps.${step}: ${kind}.sh is not executable` });
      }
    }
  }
  for (const extra of folders.filter((name) => !Object.hasOwn(lesson.file.steps, name))) {
    const file = displayPath(join(lesson.folder, 'steps', extra));
    problems.push({ file, line: 1, message: `lesson.yaml has no step "${extra}"` });
  }
  return problems;
}

async function stepFolders(lesson: Lesson): Promise<string[]> {
  const folder = join(lesson.folder, 'steps');
  return (await stat(folder).catch(() => undefined))?.isDirectory() ? subfolders(folder) : [];
}
