import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import type { z } from 'zod';

/** Something wrong with a file that an author wrote. `message` begins with the field where there is one. */
export interface FileProblem {
  file: string;
  line: number;
  message: string;
}

/** Files that authors wrote are wrong; the message has one line per problem, `file:line: field: what`. */
export class FileError extends Error {
  readonly problems: readonly FileProblem[];
  constructor(problems: readonly FileProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'FileError';
    this.problems = problems;
  }
}

export function formatProblem({ file, line, message }: FileProblem): string {
  return `${file}:${line}: ${message}`;
}

type Path = readonly PropertyKey[];

/** A YAML file that fits its schema, and where in it each field stands. */
export class YamlFile<T> {
  /** As shown to authors: relative to the current folder where it lies in it. */
  readonly file: string;
  readonly value: T;
  readonly #lineOf: (path: Path) => number;

  constructor(file: string, value: T, lineOf: (path: Path) => number) {
    this.file = file;
    this.value = value;
    this.#lineOf = lineOf;
  }

  /** A problem with the field at `path`, found by a rule that no schema can express. */
  problem(path: Path, message: string): FileProblem {
    return problemAt(this.file, this.#lineOf(path), path, message);
  }
}

/** Reads and checks a YAML file; throws a FileError with every problem it has. */
export async function readYaml<S extends z.ZodType>(path: string, schema: S): Promise<YamlFile<z.output<S>>> {
  const file = displayPath(path);
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new FileError([{ file, line: 1, message: `cannot be read (${cause.code ?? cause.message})` }]);
  });
  return parseYaml(file, text, schema);
}

/** `firstLine` is the line of `text` in its file, for YAML that stands inside another file. */
export function parseYaml<S extends z.ZodType>(
  file: string,
  text: string,
  schema: S,
  firstLine = 1,
): YamlFile<z.output<S>> {
  const counter = new LineCounter();
  const doc = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const lineAt = (offset: number) => counter.linePos(offset).line + firstLine - 1;
  const lineOf = (path: Path) => lineAt(offsetOf(doc.contents, path));
  if (doc.errors.length > 0) {
    throw new FileError(
      doc.errors.map((error) => {
        const duplicate = error.code === 'DUPLICATE_KEY' ? pathAt(doc.contents, error.pos[0]) : undefined;
        return problemAt(file, lineAt(error.pos[0]), duplicate ?? [], duplicate ? 'duplicate key' : error.message);
      }),
    );
  }
  const parsed = schema.safeParse(doc.toJS());
  if (parsed.success) return new YamlFile(file, parsed.data, lineOf);
  throw new FileError(
    parsed.error.issues.flatMap(flattenIssue).map(({ path, message }) => problemAt(file, lineOf(path), path, message)),
  );
}

/** The way to a file as shown to authors. */
export function displayPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

function problemAt(file: string, line: number, path: Path, message: string): FileProblem {
  return { file, line, message: path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message };
}

/** An unknown field is reported at itself, not at the object that holds it. */
function flattenIssue(issue: z.core.$ZodIssue): { path: Path; message: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'unknown field' }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ path: issue.path, message: inner.message }));
  }
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [{ path: issue.path, message: isMissing ? 'missing' : issue.message }];
}

/** Where a field's key (or a list's item) begins; for a missing field, where its parent does. */
function offsetOf(contents: unknown, path: Path): number {
  let node = contents;
  let offset = startOf(node);
  for (const key of path) {
    if (isMap(node)) {
      const pair = pairOf(node, key);
      if (!pair) break;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number') {
      node = node.items[key];
      offset = startOf(node);
    } else break;
  }
  return offset;
}

/** The path of the key that begins at an offset. */
function pathAt(node: unknown, offset: number): Path | undefined {
  const children: [PropertyKey, unknown, number][] = isMap(node)
    ? node.items.map((pair) => [keyOf(pair), pair.value, startOf(pair.key)])
    : isSeq(node)
      ? node.items.map((item, index) => [index, item, -1])
      : [];
  for (const [key, value, start] of children) {
    if (start === offset) return [key];
    const rest = pathAt(value, offset);
    if (rest) return [key, ...rest];
  }
}

function pairOf(map: YAMLMap, key: PropertyKey): Pair | undefined {
  return map.items.find((pair) => keyOf(pair) === String(key));
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
