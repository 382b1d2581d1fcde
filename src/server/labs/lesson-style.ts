import type { Locale } from '../../shared/ids.ts';
import { type Item, isTag, type Prose, wordsIn } from './lesson-prose.ts';
import type { FileProblem } from './yaml-file.ts';

/** Words that the term table replaces. A pattern matches only where the word stands for the term. */
const wrongTerms: Record<Locale, [pattern: RegExp, instead: string][]> = {
  zh: [
    [/您/, '你'],
    [/主机(?!名)(?<!宿主机)/, '宿主机'],
    [/宿主(?!机)/, '宿主机'],
    [/沙盒/, '沙箱'],
    [/守护程序/, '守护进程'],
    [/名称空间|名字空间/, '命名空间'],
    [/套接口/, '套接字'],
    [/映像/, '镜像'],
    [/镜像源|镜像站/, '镜像加速器'],
    [/注册表|注册中心/, '镜像仓库'],
    [/存储驱动程序/, '存储驱动'],
    [/从节点|slave/i, 'agent'],
    [/姐妹容器/, '兄弟容器'],
    [/进行(?=检查|启动|删除|运行|嵌套)/, '直接用动词'],
  ],
  en: [
    [/\bslaves?\b/i, 'agent'],
    [/\bsub-?containers?\b/i, 'nested container'],
    [/\bcolour|\bbehaviour|\bauthoris/i, 'American spelling'],
  ],
};

const han = '[\\u3400-\\u9fff]';
const halfWidth = new RegExp(`${han}[,.;:!?()"]|[,;:!?()"]${han}`);
const typedSpace = new RegExp(`${han} +[\\w]|[\\w] +${han}|${han} +${han}`);
const edges = { ends: new RegExp(`${han} +$`), begins: new RegExp(`^ +${han}`) };

/** Terms and typography of one file. */
export function styleProblems(prose: Prose, locale: Locale): FileProblem[] {
  const words = wordsIn(prose.content).filter(({ kind }) => kind === 'text');
  const headings = [prose.title, prose.goal].map((text) => ({ text, line: 1 }));
  const problems = [...headings, ...words].flatMap(({ text, line }) =>
    wrongTerms[locale].flatMap(([pattern, instead]) => {
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
  return [...problems, ...spacesBesideCode(prose, prose.content)];
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
