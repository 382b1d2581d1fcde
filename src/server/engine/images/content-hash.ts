import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { goldenImages, type ImageName, recipes, recipeVersion } from './recipes.ts';

/** A file as git knows it: only the executable bit of its mode, because the rest depends on who checked it out. */
export interface ContextFile {
  /** Relative, with slashes. */
  path: string;
  executable: boolean;
  /** A symbolic link's target stands in `link`; its content is empty. */
  link?: string;
  content: Buffer;
}

/** All files of a folder, sorted by path in byte order, so that no locale changes a hash. */
export async function readContext(folder: string): Promise<ContextFile[]> {
  const files: ContextFile[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(folder.length + 1);
    if (entry.isSymbolicLink()) {
      files.push({ path, executable: false, link: await readlink(full), content: Buffer.alloc(0) });
    } else {
      const { mode } = await lstat(full);
      files.push({ path, executable: (mode & 0o111) !== 0, content: await readFile(full) });
    }
  }
  return files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** First twelve hex digits over the files, what they build on, and a version. */
export function contentHash(files: ContextFile[], ingredients: string[]): string {
  const hash = createHash('sha256');
  const add = (value: string | Buffer) => {
    // The length first: no two different lists of values give the same bytes.
    hash.update(`${Buffer.byteLength(value)}:`);
    hash.update(value);
  };
  for (const ingredient of ingredients) add(ingredient);
  for (const file of files) {
    add(file.path);
    add(file.link ? `link ${file.link}` : file.executable ? 'executable' : 'file');
    add(file.content);
  }
  return hash.digest('hex').slice(0, 12);
}

export type ImageHashes = Record<ImageName | 'golden', string>;

/** The hash of every image and of the golden store with its contents, each with the hashes of what it is made from. */
export async function imageHashes(folder: string, contents: readonly ImageName[] = goldenImages): Promise<ImageHashes> {
  const hashes = {} as ImageHashes;
  // Every recipe stands after those it builds on.
  for (const [name, recipe] of Object.entries(recipes) as [ImageName, (typeof recipes)[ImageName]][]) {
    const from = recipe.from.map((ingredient) => hashes[ingredient]);
    const ingredients = [`recipe ${recipeVersion}`, recipe.official ?? '', recipe.target ?? '', ...from];
    hashes[name] = contentHash(await readContext(join(folder, recipe.folder)), ingredients);
  }
  // The store is written by the daemon of that image; the sandbox's own scripts do not change it.
  const golden = contents.map((name) => `${hashes[name]} ${recipes[name].tags?.join(' ')}`);
  hashes.golden = contentHash(await readContext(join(folder, 'golden')), [hashes.daemon, ...golden]);
  return hashes;
}

/** The image's name in the engine, shared by all checkouts whose files are the same. */
export function imageReference(name: ImageName, hashes: ImageHashes): string {
  return `matryoshka/${name}:${hashes[name]}`;
}
