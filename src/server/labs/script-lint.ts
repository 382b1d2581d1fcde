import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Lesson, libraryPaths, scriptKinds, scriptPath } from './lesson-catalog.ts';
import { displayPath, type FileProblem } from './yaml-file.ts';

const run = promisify(execFile);

/** First word of what a check prints when a step is not passed. */
const verdict = /\b(?:not_yet|impossible) ([a-z0-9-]+)/g;

/** The scripts of all lessons: shebang, declared reasons, syntax, and shellcheck's opinion where it is installed. */
export async function scriptProblems(lessons: readonly Lesson[]): Promise<FileProblem[]> {
  const problems: FileProblem[] = [];
  const paths = new Set<string>();
  for (const lesson of lessons) {
    const libraries = await libraryPaths(lesson);
    const given = libraryReasons(await Promise.all(libraries.map((path) => readFile(path, 'utf8'))));
    for (const path of libraries) paths.add(path);
    for (const [step, { kind, reasons }] of Object.entries(lesson.file.steps)) {
      const scripts = kind === 'do' ? scriptKinds : scriptKinds.filter((script) => script === 'setup');
      for (const script of lesson.setups.has(step) ? scripts : []) {
        const path = scriptPath(lesson, step, script);
        const text = await readFile(path, 'utf8');
        paths.add(path);
        if (!text.startsWith('#!/bin/sh\n')) problems.push(at(path, 1, 'does not begin with #!/bin/sh'));
        if (script === 'check') problems.push(...reasonProblems(path, `steps.${step}.reasons`, reasons, text, given));
      }
    }
  }
  const wrong = await syntaxProblems([...paths]);
  return [...problems, ...wrong, ...(wrong.length === 0 ? await shellcheck([...paths]) : [])];
}

/** A check gives the reasons that lesson.yaml declares, by itself or by functions of the libraries. */
function reasonProblems(path: string, field: string, declared: readonly string[], text: string, given: Reasons) {
  const code = withoutComments(text);
  const own = [...code.matchAll(verdict)].map(({ 1: reason = '', index }) => ({ reason, index }));
  const called = [...code.matchAll(/\b[a-z_]+\b/g)].flatMap(({ 0: name, index }) =>
    [...(given.get(name) ?? [])].map((reason) => ({ reason, index })),
  );
  const said = [...own, ...called];
  return [
    ...said
      .filter(({ reason }) => !declared.includes(reason))
      .map(({ reason, index }) =>
        at(path, lineOf(code, index), `${field}: "${reason}" is not declared in lesson.yaml`),
      ),
    ...declared
      .filter((reason) => !said.some((one) => one.reason === reason))
      .map((reason) => at(path, 1, `${field}: "${reason}" is never given (not_yet ${reason} …)`)),
  ];
}

/** The reasons that a library's function may give, by its name. */
type Reasons = ReadonlyMap<string, ReadonlySet<string>>;

function libraryReasons(texts: readonly string[]): Reasons {
  const bodies = new Map<string, string>();
  for (const text of texts.map(withoutComments)) {
    for (const [, name = '', body = ''] of text.matchAll(/^(\w+)\(\) [{(](.*?)(?: \}$|^[})])/gms))
      bodies.set(name, body);
  }
  const reasonsOf = (name: string, seen: readonly string[] = []): string[] => {
    const body = bodies.get(name);
    if (body === undefined || seen.includes(name)) return [];
    const called = body.match(/\b[a-z_]+\b/g) ?? [];
    const own = [...body.matchAll(verdict)].map(([, reason = '']) => reason);
    return [...own, ...called.flatMap((other) => reasonsOf(other, [...seen, name]))];
  };
  return new Map([...bodies.keys()].map((name) => [name, new Set(reasonsOf(name))]));
}

/** Lines stay where they are. */
function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, '');
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

function at(path: string, line: number, message: string): FileProblem {
  return { file: displayPath(path), line, message };
}

/** What the shell itself cannot read. */
async function syntaxProblems(paths: readonly string[]): Promise<FileProblem[]> {
  const { stderr } = await run('sh', ['-c', 'for file; do sh -n "$file"; done; true', 'sh', ...paths]);
  return [...stderr.matchAll(/^(.+?): (?:line )?(\d+): (.+)$/gm)].map(([, path = '', line, message = '']) =>
    at(path, Number(line), message),
  );
}

interface Remark {
  file: string;
  line: number;
  code: number;
  message: string;
}

/** Nothing where shellcheck is not installed. SC2154: variables that a library sets, such as $engine. */
async function shellcheck(paths: readonly string[]): Promise<FileProblem[]> {
  if (paths.length === 0) return [];
  const output = await run('shellcheck', ['--shell=sh', '--format=json', '--exclude=SC2154', ...paths]).catch(
    (error) => {
      if (error.code === 'ENOENT') return { stdout: '[]' };
      if (error.code === 1) return error as { stdout: string };
      throw error;
    },
  );
  const remarks: Remark[] = JSON.parse(output.stdout);
  return remarks.map(({ file, line, code, message }) => ({
    file: displayPath(file),
    line,
    message: `SC${code} ${message}`,
  }));
}
