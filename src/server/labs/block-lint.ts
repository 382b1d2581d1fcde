import type { LabSpec } from '../../shared/lab-spec.ts';
import { type Block, blockLevel, fillVariables, type Variable, variables } from '../../shared/lesson.ts';
import type { Lesson } from './lesson-catalog.ts';
import type { FileProblem } from './yaml-file.ts';

/** Options of `docker run` and `docker create` that stand alone; all others take a value. */
const flags =
  /^(?:--(?:detach|interactive|tty|rm|privileged|init|read-only|publish-all|no-healthcheck|quiet)|-[ditPq]+)$/;

/** Blocks name only images that the lab has, and a level that it has a terminal for. */
export function blockProblems(lesson: Lesson, lab: LabSpec): FileProblem[] {
  const has = lab.contains.map(withTag);
  const problems: FileProblem[] = [];
  if (lab.terminals.host?.level !== 1) {
    problems.push(lesson.source.problem(['lab'], `lab "${lab.id}" has no terminal "host" at level 1`));
  }
  for (const [stepId, step] of Object.entries(lesson.file.steps)) {
    for (const [id, block] of Object.entries(step.blocks)) {
      const path = ['steps', stepId, 'blocks', id];
      for (const image of imagesIn(block).filter((name) => !has.includes(withTag(name)))) {
        problems.push(
          lesson.source.problem(path, `lab "${lab.id}" has no image ${image}, but ${lab.contains.join(', ')}`),
        );
      }
      const known = variables.filter((name) => step.kind === 'do' || !name.startsWith('attempt.'));
      for (const name of variablesIn(block).filter((each) => !known.includes(each as Variable))) {
        problems.push(lesson.source.problem(path, `there is no variable ${name} here: use ${known.join(', ')}`));
      }
      if (block.in === undefined && blockLevel(block) > 1) {
        problems.push(lesson.source.problem([...path, 'level'], 'a block below L1 says where it runs (in)'));
      }
    }
  }
  return problems;
}

/** Names of `${lab.…}` and `${attempt.…}`. */
function variablesIn(block: Block): string[] {
  return textsOf(block).flatMap((text) => {
    const found: string[] = [];
    fillVariables(text, (name) => {
      found.push(name);
      return name;
    });
    return found;
  });
}

function textsOf(block: Block): string[] {
  return [block.run, block.copy, block.shows, block.write?.text].flatMap((text) =>
    typeof text === 'object' ? Object.values(text) : [text ?? ''],
  );
}

function imagesIn(block: Block): string[] {
  if (block.shows !== undefined || block.write) return [];
  return textsOf(block)
    .flatMap((text) => text.split(/[;|&\n]+/))
    .flatMap(imagesInCommand);
}

/** Finds what follows `docker run|create|save|pull` and its options; a command in a string is its own problem. */
function imagesInCommand(command: string): string[] {
  const words = (command.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^['"]|['"]$/g, ''));
  return words.flatMap((word, index) => {
    if (word !== 'docker') return [];
    const [verb = '', ...rest] = words.slice(index + 1);
    if (!['run', 'create', 'save', 'pull'].includes(verb)) return [];
    const image = firstArgument(rest);
    return image && !image.includes('$') ? [image] : [];
  });
}

function firstArgument(words: readonly string[]): string | undefined {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) return word;
    if (!flags.test(word) && !word.includes('=')) index += 1;
  }
}

function withTag(image: string): string {
  return image.includes(':') ? image : `${image}:latest`;
}
