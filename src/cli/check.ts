import { folders, LabCatalog, LessonCatalog, labImages, lintLessons } from '../server/app.ts';
import { staleSchemas } from './schemas.ts';

/** The lessons' part of `npm run check`. */
export async function check(): Promise<number> {
  const labs = await LabCatalog.load(folders.labs, labImages);
  const lessons = await LessonCatalog.load(folders.lessons, labs);
  const problems = await lintLessons(lessons, labs);
  for (const path of await staleSchemas()) {
    problems.push({ file: path, line: 1, message: 'is stale: npm run lab -- schemas' });
  }
  for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`);
  const count = lessons.lessons.length;
  const found = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  console.log(problems.length === 0 ? `${count} lessons are in order.` : `${found} in ${count} lessons.`);
  return problems.length === 0 ? 0 : 1;
}
