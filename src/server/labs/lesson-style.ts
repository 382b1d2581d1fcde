import type { Locale } from '../../shared/ids.ts';
import type { TermsFile } from '../../shared/term.ts';
import { type Item, isTag, type Prose, tagsIn, wordsIn } from './lesson-prose.ts';
import type { FileProblem } from './yaml-file.ts';

/** A word that must not be written, and what to write instead. */
export type Ban = [pattern: RegExp, instead: string];
export type Bans = Record<Locale, readonly Ban[]>;

/** What is wrong in every text; terms come from lessons/terms.yaml. */
const always: Bans = {
  zh: [
    [/您/, '你'],
    [/进行(?=检查|启动|删除|运行|嵌套)/, '直接用动词'],
    [/实现了对/, '直接用动词'],
  ],
  en: [[/\b(?:colour|behaviour|favour|authoris|organis|recognis|virtualis)\w*/i, 'American spelling']],
};

/** What must not be written instead of the terms of a file. */
export function bansOf(terms: TermsFile): Bans {
  const of = (locale: Locale): Ban[] =>
    Object.values(terms).flatMap((term) =>
      (term.never?.[locale] ?? []).map((pattern): Ban => [new RegExp(pattern, 'iu'), term[locale][0] ?? '']),
    );
  return { en: [...always.en, ...of('en')], zh: [...always.zh, ...of('zh')] };
}

const han = '[\\u3400-\\u9fff]';
const halfWidth = new RegExp(`${han}[,.;:!?()"]|[,;:!?()"]${han}`);
const typedSpace = new RegExp(`${han} +[\\w]|[\\w] +${han}|${han} +${han}`);
/** Two ordinary words in a row; names such as Docker Hub are written with capitals. */
const englishWords = /(?<![\w-])[a-z]{2,} [a-z]{2,}(?![\w-])/;
const edges = { ends: new RegExp(`${han} +$`), begins: new RegExp(`^ +${han}`) };

/** Terms and typography of one file. */
export function styleProblems(prose: Prose, locale: Locale, bans: Bans): FileProblem[] {
  const words = wordsIn(prose.content).filter(({ kind }) => kind === 'text');
  const titles = tagsIn(prose.content, 'Step').map(({ attributes, line }) => ({ text: attributes.title ?? '', line }));
  const headings = [...[prose.title, prose.goal].map((text) => ({ text, line: 1 })), ...titles];
  const problems = [...headings, ...words].flatMap(({ text, line }) =>
    bans[locale].flatMap(([pattern, instead]) => {
      const match = pattern.exec(text);
      return match ? [{ file: prose.file, line: lineOf(text, line, match), message: `"${match[0]}": ${instead}` }] : [];
    }),
  );
  if (locale !== 'zh') return problems;
  for (const { text, line } of [...headings, ...words]) {
    const match = halfWidth.exec(text);
    if (match) problems.push(problem(prose, lineOf(text, line, match), match[0], 'full-width punctuation'));
  }
  for (const { text, line } of words) {
    const match = typedSpace.exec(text);
    if (match)
      problems.push(problem(prose, lineOf(text, line, match), match[0], 'no typed space (the style sheet spaces)'));
  }
  return [...problems, ...spacesBesideCode(prose, prose.content), ...leftOvers(prose)];
}

/** English in Chinese prose; what the terminal prints is code, and sources keep their titles. */
function leftOvers(prose: Prose): FileProblem[] {
  const own = prose.content.filter((item) => !isTag(item) || item.name !== 'Sources');
  return wordsIn(own).flatMap(({ kind, text, line }) => {
    const match = kind === 'text' ? englishWords.exec(text) : null;
    return match
      ? [problem(prose, lineOf(text, line, match), match[0], 'English: translate it, or put it in code')]
      : [];
  });
}

/** A typed space between Chinese and `code`, which is a neighbour in the tree, not in the text. */
function spacesBesideCode(prose: Prose, content: readonly Item[]): FileProblem[] {
  return content.flatMap((item, index) => {
    if (isTag(item)) return spacesBesideCode(prose, item.content);
    if (item.kind !== 'text') return [];
    const [before, after] = [content[index - 1], content[index + 1]];
    const found =
      (after && !isTag(after) && after.kind === 'code' && edges.ends.test(item.text)) ||
      (before && !isTag(before) && before.kind === 'code' && edges.begins.test(item.text));
    return found ? [problem(prose, item.line, item.text.trim(), 'no typed space beside code')] : [];
  });
}

function problem(prose: Prose, line: number, found: string, wanted: string): FileProblem {
  return { file: prose.file, line, message: `"${found}": ${wanted}` };
}

function lineOf(text: string, line: number, match: RegExpExecArray): number {
  return line + text.slice(0, match.index).split('\n').length - 1;
}
