import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Lesson, type ScriptKind, scriptKinds, scriptPath } from './lesson-catalog.ts';
import { displayPath, type FileProblem } from './yaml-file.ts';

const run = promisify(execFile);

/** First word of what a check prints when a step is not passed. */
const verdict = /\b(?:not_yet|impossible) ([a-z0-9-]+)/g;

/** The scripts of all lessons: shebang, declared reasons, and shellcheck's opinion where it is installed. */
export async function scriptProblems(lessons: readonly Lesson[]): Promise<FileProblem[]> {
  const problems: FileProblem[] = [];
  const paths: string[] = [];
  for (const lesson of lessons) {
    for (const [step, { kind, reasons }] of Object.entries(lesson.file.steps)) {
      const scripts = kind === 'do' ? scriptKinds : scriptKinds.filter((script) => script === 'setup');
      for (const script of lesson.setups.has(step) ? scripts : []) {
        const path = scriptPath(lesson, step, script);
        paths.push(path);
        problems.push(...textProblems(path, script, step, reasons, await readFile(path, 'utf8')));
      }
    }
  }
  return [...problems, ...(await shellcheck(paths))];
}

function textProblems(path: string, kind: ScriptKind, step: string, reasons: readonly string[], text: string) {
  const file = displayPath(path);
  const problems: FileProblem[] = [];
  if (!text.startsWith('#!/bin/sh\n')) problems.push({ file, line: 1, message: 'does not begin with #!/bin/sh' });
  if (kind !== 'check') return problems;
  const said = [...text.matchAll(verdict)].map((match) => ({ reason: match[1] ?? '', offset: match.index }));
  for (const { reason, offset } of said) {
    if (reasons.includes(reason)) continue;
    const line = text.slice(0, offset).split('\n').length;
    problems.push({ file, line, message: `steps.${step}.reasons: "${reason}" is not declared in lesson.yaml` });
  }
  for (const reason of reasons) {
    if (said.some((one) => one.reason === reason)) continue;
    problems.push({
      file,
      line: 1,
      message: `steps.${step}.reasons: "${reason}" is never given (not_yet ${reason} …)`,
    });
  }
  return problems;
}

interface Remark {
  file: string;
  line: number;
  code: number;
  message: string;
}

/** Nothing where shellcheck is not installed. */
async function shellcheck(paths: readonly string[]): Promise<FileProblem[]> {
  if (paths.length === 0) return [];
  const output = await run('shellcheck', ['--shell=sh', '--format=json', ...paths]).catch((error) => {
    if (error.code === 'ENOENT') return { stdout: '[]' };
    if (error.code === 1) return error as { stdout: string };
    throw error;
  });
  const remarks: Remark[] = JSON.parse(output.stdout);
  return remarks.map(({ file, line, code, message }) => ({
    file: displayPath(file),
    line,
    message: `SC${code} ${message}`,
  }));
}
