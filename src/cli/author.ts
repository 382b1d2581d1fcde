import { readFile, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type App, folders, LabCatalog, type Lesson, lintLessons } from '../server/app.ts';
import { openDevelopment, stopRequested } from './dev.ts';
import { proveStep, resultLine } from './lesson-test.ts';
import { explain, PlainError, UsageError } from './messages.ts';

/** Editors write a file in several steps, and several files at once, ms. */
const settleMs = 100;

/** `lab author <lesson>`: the development server; each save runs the step that it belongs to. */
export async function author(id: string | undefined, environment: NodeJS.ProcessEnv): Promise<number> {
  if (!id) throw new UsageError('author needs the id of a lesson: npm run lab -- author one-process-three-pids');
  await using stack = new AsyncDisposableStack();
  const app = await openDevelopment(stack, environment);
  const lesson = app.lessons.lesson(id);
  if (!lesson) throw new PlainError(`There is no lesson "${id}": npm run lab -- new-lesson <track>/${id} makes one.`);
  const saves = new Saves(await proseOf(lesson), (step) => runSaved(app, id, step), console.log);
  const stop = new AbortController();
  const watching = Promise.all([watchFolder(lesson.folder, ''), watchFolder(join(folders.lessons, 'lib'), 'lib/')]);
  console.log(`${app.http.origins.main}/en/lessons/${id}/ reloads as you save; the step that you saved runs here.`);
  await stopRequested();
  stop.abort();
  await watching;
  await saves.settled();
  return 0;

  async function watchFolder(folder: string, prefix: string): Promise<void> {
    try {
      for await (const { filename } of watch(folder, { recursive: true, signal: stop.signal })) {
        if (!filename) continue;
        const text = await readFile(join(folder, filename), 'utf8').catch(() => undefined);
        if (text !== undefined) saves.saved(prefix + filename, text);
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  }
}

/** Tells of each save which step it belongs to, one at a time; what is saved meanwhile comes once afterwards. */
export class Saves {
  readonly #texts: Map<string, string>;
  readonly #run: (step: string | undefined) => Promise<string>;
  readonly #print: (line: string) => void;
  /** The step that was saved last: what all steps share is tried on it. */
  #step: string | undefined;
  #waiting = false;
  #last: Promise<void> = Promise.resolve();

  /** `texts` are the files of more than one step, as they stand, by their names in the lesson's folder. */
  constructor(
    texts: ReadonlyMap<string, string>,
    run: (step: string | undefined) => Promise<string>,
    print: (line: string) => void,
  ) {
    this.#texts = new Map(texts);
    this.#run = run;
    this.#print = print;
  }

  saved(file: string, text: string): void {
    if (!/\.(sh|yaml|mdx)$/.test(file) || this.#texts.get(file) === text) return;
    this.#step = changedStep(file, this.#texts.get(file) ?? '', text) ?? this.#step;
    this.#texts.set(file, text);
    if (this.#waiting) return;
    this.#waiting = true;
    this.#last = this.#last
      .then(() => pause(settleMs))
      .then(async () => {
        this.#waiting = false;
        this.#print(await this.#run(this.#step).catch(explain));
      });
  }

  /** Resolves when nothing is left to run. */
  async settled(): Promise<void> {
    for (let last: unknown; last !== this.#last; await last) last = this.#last;
  }
}

/** The step in whose folder the file is, or which has the first line that changed. */
export function changedStep(file: string, before: string, after: string): string | undefined {
  const [, folder] = /^steps\/([^/]+)\//.exec(file) ?? [];
  if (folder) return folder;
  const old = before.split('\n');
  const lines = after.split('\n');
  const first = lines.findIndex((line, i) => line !== old[i]);
  const begin = file.endsWith('.mdx') ? /<Step\s[^>]*id="([^"]+)"/ : /^ {2}([a-z][a-z0-9-]*):/;
  const above = lines.slice(0, first < 0 ? lines.length : first + 1);
  return above.map((line) => begin.exec(line)?.[1]).findLast((id) => id);
}

async function proseOf({ folder }: Lesson): Promise<Map<string, string>> {
  const names = ['lesson.yaml', 'en.mdx', 'zh.mdx'];
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}

/** Takes the lesson as it was saved, tries the step in fresh sandboxes, and prepares it anew in labs that show it. */
async function runSaved(app: App, id: string, step: string | undefined): Promise<string> {
  await app.lessons.reload();
  const labs = await LabCatalog.load(folders.labs);
  const lesson = app.lessons.lesson(id);
  const problems = lesson ? (await lintLessons(app.lessons, labs)).filter(({ file }) => file.includes(`/${id}/`)) : [];
  for (const { file, line, message } of problems) console.log(`${file}:${line}: ${message}`);
  if (!lesson || !step || !lesson.file.steps[step]) return 'Saved; it belongs to no step.';
  await app.checks.renew({ lesson: id, step });
  if (lesson.file.steps[step].kind !== 'do') return `Saved; ${step} has no scripts to prove.`;
  return resultLine(await proveStep(app, lesson, step));
}
