import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { slug } from '../../shared/ids.ts';
import { type LabSpec, labFile } from '../../shared/lab-spec.ts';
import { displayPath, FileError, type FileProblem, readYaml } from './yaml-file.ts';

/** Folder beside the specs that holds what images are built from. */
const reserved = 'images';

/** What kinds of labs there are: every folder in labs/ with its lab.yaml. */
export class LabCatalog {
  readonly specs: readonly LabSpec[];

  constructor(specs: readonly LabSpec[]) {
    this.specs = specs;
  }

  /**
   * Reads every spec; throws one FileError with the problems of all files. `images` are the names that a lab can have
   * images by; without it they are not looked at.
   */
  static async load(folder: string, images?: readonly string[]): Promise<LabCatalog> {
    const specs: LabSpec[] = [];
    const problems: FileProblem[] = [];
    for (const id of await subfolders(folder)) {
      if (id === reserved) continue;
      const path = join(folder, id, 'lab.yaml');
      if (!slug.safeParse(id).success) problems.push({ file: displayPath(path), line: 1, message: notAnId(id) });
      const read = await readYaml(path, labFile).catch(collect(problems));
      if (!read) continue;
      for (const [index, image] of read.value.contains.entries()) {
        if (!images || images.includes(tagged(image))) continue;
        problems.push(read.problem(['contains', index], `no such image: ${image}. Known are: ${images.join(', ')}`));
      }
      specs.push({ id, ...read.value });
    }
    if (problems.length > 0) throw new FileError(problems);
    return new LabCatalog(specs);
  }

  spec(id: string): LabSpec | undefined {
    return this.specs.find((spec) => spec.id === id);
  }
}

const tagged = (image: string) => (image.includes(':') ? image : `${image}:latest`);

/** Names of the folders in a folder, sorted. */
export async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new FileError([{ file: displayPath(folder), line: 1, message: `cannot be read (${cause.code})` }]);
  });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

export function notAnId(folder: string): string {
  return `folder "${folder}" is not an id: use kebab-case`;
}

/** For `catch`: keeps the problems of a FileError and goes on without the file. */
export function collect(problems: FileProblem[]): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof FileError)) throw error;
    problems.push(...error.problems);
  };
}
