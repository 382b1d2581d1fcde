import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { claimsFile, claimsOf } from '../../shared/claim.ts';
import { collect } from './lab-catalog.ts';
import type { LessonCatalog } from './lesson-catalog.ts';
import { type FileProblem, readYaml } from './yaml-file.ts';

/**
 * lessons/claims.yaml against the lessons: what a lesson claims to show is a claim meant for it, and a lesson that is
 * written shows all that is meant for it.
 */
export async function claimProblems(catalog: LessonCatalog): Promise<FileProblem[]> {
  const path = join(catalog.folder, 'claims.yaml');
  const named = catalog.lessons.some(({ file }) => claimsOf(file).length > 0);
  if (!named && !(await stat(path).catch(() => undefined))) return [];
  const problems: FileProblem[] = [];
  const claims = await readYaml(path, claimsFile).catch(collect(problems));
  if (!claims) return problems;
  for (const lesson of catalog.lessons) {
    for (const { id, step } of claimsOf(lesson.file)) {
      const at = step ? ['steps', step, 'claims'] : ['claims'];
      const meant = claims.value[id];
      if (!meant) problems.push(lesson.source.problem(at, `there is no claim "${id}" in ${claims.file}`));
      else if (!meant.lesson)
        problems.push(claims.problem([id], `shown by ${lesson.id}, so it is neither cited nor later`));
    }
  }
  const shown = new Set(catalog.lessons.flatMap(({ file }) => claimsOf(file).map(({ id }) => id)));
  for (const [id, { lesson }] of Object.entries(claims.value)) {
    if (!lesson || shown.has(id)) continue;
    if (catalog.lesson(lesson)) problems.push(claims.problem([id, 'lesson'], `lesson "${lesson}" does not show it`));
    else if (!catalog.planned.has(lesson))
      problems.push(claims.problem([id, 'lesson'], `there is no lesson "${lesson}"`));
  }
  return problems;
}
