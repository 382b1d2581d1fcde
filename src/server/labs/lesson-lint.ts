import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Locale, locales } from '../../shared/ids.ts';
import type { LessonFile, Step } from '../../shared/lesson.ts';
import { type AnswerField, choicesOf, targetsOf } from '../../shared/question.ts';
import { termsFile } from '../../shared/term.ts';
import { blockProblems } from './block-lint.ts';
import { claimProblems } from './claims-lint.ts';
import { collect, type LabCatalog } from './lab-catalog.ts';
import type { Lesson, LessonCatalog } from './lesson-catalog.ts';
import { type Item, isTag, type Prose, readProse, type Tag, tagsIn, wordsIn } from './lesson-prose.ts';
import { type Bans, bansOf, styleProblems } from './lesson-style.ts';
import { scriptProblems } from './script-lint.ts';
import { type FileProblem, readYaml } from './yaml-file.ts';

export type LintProblem = FileProblem;

/** Prose before a step's first command that a reader should not have to exceed. */
const maxWordsBeforeCommand = 120;
/** A Chinese character carries about this much of an English word. */
const wordsPerHan = 0.6;
/** How fast somebody reads who also has to think. */
const wordsPerMinute = 150;
/** Fences in these languages are commands or output, which are blocks of lesson.yaml. */
const commandFences = ['', 'sh', 'bash', 'shell', 'console', 'text', 'txt'];

/** Where each component may stand. `''` is the top of the file. */
const parents: Record<string, readonly string[]> = {
  Step: [''],
  Quiz: [''],
  Sources: [''],
  Danger: ['', 'Step'],
  Map: ['', 'Step'],
  Recording: ['', 'Step'],
  Predict: ['Step'],
  Answer: ['Step'],
  Run: ['Step', 'Hint'],
  Why: ['Step'],
  Hint: ['Step'],
  Solution: ['Step'],
  Choice: ['Predict', 'Answer', 'Quiz'],
  Target: ['Answer', 'Quiz'],
  Explain: ['Predict', 'Answer', 'Quiz'],
  Val: ['Why'],
  Reply: ['Step', 'Reply'],
};

/** What is wrong with the course although it can be loaded; empty when all is well. */
export async function lintLessons(catalog: LessonCatalog, labs: LabCatalog): Promise<LintProblem[]> {
  const problems: LintProblem[] = [];
  const terms = await readYaml(join(catalog.folder, 'terms.yaml'), termsFile).catch(collect(problems));
  const bans = bansOf(terms?.value ?? {});
  for (const lesson of catalog.lessons) {
    const lab = labs.spec(lesson.file.lab);
    if (lab) problems.push(...blockProblems(lesson, lab));
    else problems.push(lesson.source.problem(['lab'], `there is no lab "${lesson.file.lab}"`));
    problems.push(...timeProblems(lesson), ...(await proseProblems(lesson, catalog, bans)));
  }
  return [...problems, ...(await claimProblems(catalog)), ...(await scriptProblems(catalog.lessons))];
}

/** A lesson takes as long as its steps. */
function timeProblems({ file, source }: Lesson): LintProblem[] {
  const sum = Object.values(file.steps).reduce((total, step) => total + step.minutes, 0);
  return sum === file.minutes ? [] : [source.problem(['minutes'], `${file.minutes}, but its steps take ${sum}`)];
}

async function proseProblems(lesson: Lesson, catalog: LessonCatalog, bans: Bans): Promise<LintProblem[]> {
  const problems: LintProblem[] = [];
  const proses = new Map<Locale, Prose>();
  for (const locale of locales) {
    const prose = await readProse(join(lesson.folder, `${locale}.mdx`)).catch(collect(problems));
    if (!prose) continue;
    proses.set(locale, prose);
    problems.push(...placeProblems(prose, prose.content, ''), ...idProblems(prose, lesson.file));
    problems.push(
      ...fenceProblems(prose),
      ...lengthProblems(prose),
      ...styleProblems(prose, locale, bans),
      ...linkProblems(prose, catalog),
      ...replyProblems(prose),
      ...(await recordingProblems(prose, lesson)),
    );
  }
  const [en, zh] = [proses.get('en'), proses.get('zh')];
  return en && zh ? [...problems, ...differences(en, zh)] : problems;
}

function placeProblems(prose: Prose, content: readonly Item[], parent: string): LintProblem[] {
  return content.filter(isTag).flatMap((tag) => {
    const allowed = parents[tag.name];
    const problems = placeProblems(prose, tag.content, tag.name);
    if (!allowed) return [at(prose, tag, `<${tag.name}> is not a component of lessons`), ...problems];
    if (!allowed.includes(parent))
      problems.unshift(at(prose, tag, `<${tag.name}> does not belong in ${place(parent)}`));
    if (tag.name === 'Step' && !tag.attributes.title)
      problems.unshift(at(prose, tag, `steps.${tag.id}.title: missing`));
    return problems;
  });
}

/** The ids of lesson.yaml, all of them, no others, in its order. */
function idProblems(prose: Prose, file: LessonFile): LintProblem[] {
  const steps = prose.content.filter(isTag).filter(({ name }) => name === 'Step');
  const quizzes = prose.content.filter(isTag).filter(({ name }) => name === 'Quiz');
  return [
    ...compare(prose, 1, 'steps', steps, Object.keys(file.steps)),
    ...steps.flatMap((tag) => (file.steps[tag.id] ? stepProblems(prose, tag, file.steps[tag.id] as Step) : [])),
    ...compare(prose, 1, 'maps', tagsIn(prose.content, 'Map'), Object.keys(file.maps)),
    ...compare(prose, 1, 'quiz', quizzes, Object.keys(file.quiz)),
    ...compare(prose, 1, 'sources', tagsIn(prose.content, 'Sources'), ['']),
    ...quizzes.flatMap((tag) => choiceProblems(prose, tag, `quiz.${tag.id}`, choicesOf(file.quiz[tag.id]))),
    ...quizzes.flatMap((tag) => targetProblems(prose, tag, `quiz.${tag.id}`, file.quiz[tag.id])),
  ];
}

function stepProblems(prose: Prose, step: Tag, wanted: Step): LintProblem[] {
  const field = `steps.${step.id}`;
  const named = (name: string) => tagsIn(step.content, name);
  const check = (name: string, key: string, ids: string[]) =>
    compare(prose, step.line, `${field}.${key}`, named(name), ids);
  const levels = Array.from({ length: wanted.hints }, (_, index) => String(index + 1));
  return [
    ...check('Predict', 'predict', wanted.predict ? [''] : []),
    ...named('Predict').flatMap((tag) => choiceProblems(prose, tag, `${field}.predict`, wanted.predict?.choices ?? [])),
    ...check('Run', 'blocks', Object.keys(wanted.blocks)),
    ...check('Answer', 'answers', Object.keys(wanted.answers)),
    ...named('Answer').flatMap((tag) =>
      choiceProblems(prose, tag, `${field}.answers.${tag.id}`, choicesOf(wanted.answers[tag.id])),
    ),
    ...named('Answer').flatMap((tag) =>
      targetProblems(prose, tag, `${field}.answers.${tag.id}`, wanted.answers[tag.id]),
    ),
    ...readingProblems(prose, step, wanted),
    ...check('Why', 'reasons', wanted.reasons),
    ...check('Hint', 'hints', levels),
    ...check('Solution', 'solution', wanted.kind === 'do' ? [''] : []),
  ];
}

/** What every learner reads of a step, without the commands, fits into its time. */
function readingProblems(prose: Prose, step: Tag, { minutes }: Step): LintProblem[] {
  const read = step.content.filter((item) => !isTag(item) || !['Why', 'Hint', 'Solution'].includes(item.name));
  const needed = countWords(read) / wordsPerMinute;
  const message = `steps.${step.id}.minutes: ${minutes}, but reading alone takes ${needed.toFixed(1)}`;
  return needed > minutes ? [at(prose, step, message)] : [];
}

function choiceProblems(prose: Prose, tag: Tag, field: string, wanted: readonly string[]): LintProblem[] {
  return compare(prose, tag.line, `${field}.choices`, tagsIn(tag.content, 'Choice'), wanted);
}

function targetProblems(prose: Prose, tag: Tag, field: string, wanted: AnswerField | undefined): LintProblem[] {
  return compare(prose, tag.line, `${field}.targets`, tagsIn(tag.content, 'Target'), targetsOf(wanted));
}

/** `line` is where a missing one is reported. */
function compare(prose: Prose, line: number, field: string, tags: readonly Tag[], wanted: readonly string[]) {
  const found = tags.map(({ id }) => id);
  const missing = wanted.filter((id) => !found.includes(id));
  const surplus = tags.filter(({ id }, index) => !wanted.includes(id) || found.indexOf(id) < index);
  const problems = [
    ...missing.map((id) => ({ file: prose.file, line, message: `${dotted(field, id)}: missing` })),
    ...surplus.map((tag) => at(prose, tag, `${dotted(field, tag.id)}: not in lesson.yaml, or twice`)),
  ];
  const first = tags.find(({ id }, index) => id !== wanted[index]);
  if (problems.length === 0 && first) problems.push(at(prose, first, `${field}: not in the order of lesson.yaml`));
  return problems;
}

function fenceProblems(prose: Prose): LintProblem[] {
  return wordsIn(prose.content)
    .filter(({ kind }) => kind === 'fence')
    .flatMap(({ line, lang = '' }) => {
      if (commandFences.includes(lang)) {
        return [{ file: prose.file, line, message: 'commands and output are blocks of lesson.yaml, shown with <Run>' }];
      }
      const foreign = /^(?:mdx|html)/.test(lang);
      return foreign ? [{ file: prose.file, line, message: 'prose has no expressions, imports or HTML' }] : [];
    });
}

function lengthProblems(prose: Prose): LintProblem[] {
  let intro: Item[] = [];
  return prose.content.flatMap((item) => {
    if (!isTag(item) || item.name !== 'Step') {
      intro.push(item);
      return [];
    }
    const first = item.content.findIndex((part) => isTag(part) && part.name === 'Run');
    const before = [...intro, ...item.content.slice(0, first)];
    intro = [];
    const count = first < 0 ? 0 : countWords(before);
    if (count <= maxWordsBeforeCommand) return [];
    const message = `steps.${item.id}: ${count} words before the first command, more than ${maxWordsBeforeCommand}`;
    return [at(prose, item, message)];
  });
}

/** Where a link leads: to a source, or to a step of another lesson (`lesson:<id>#<step>`), which must be there. */
function linkProblems(prose: Prose, catalog: LessonCatalog): LintProblem[] {
  return wordsIn(prose.content)
    .filter(({ kind }) => kind === 'link')
    .flatMap(({ text, line }) => {
      if (URL.canParse(text) && text.startsWith('https://')) return [];
      const [, id, step] = /^lesson:([^#]+)(?:#(.+))?$/.exec(text) ?? [];
      const steps = id === undefined ? undefined : catalog.lesson(id)?.file.steps;
      const isThere = steps && (step === undefined || Object.hasOwn(steps, step));
      const wanted = 'link to https:// or to lesson:<id>#<step>';
      return isThere ? [] : [{ file: prose.file, line, message: `"${text}": ${id ? 'is not there' : wanted}` }];
    });
}

/** A guide's answer is one that a step has shown. */
function replyProblems(prose: Prose): LintProblem[] {
  const last = tagsIn(prose.content, 'Reply').filter((reply) => tagsIn(reply.content, 'Reply').length === 0);
  return last
    .filter(({ content }) => !wordsIn(content).some(({ kind, text }) => kind === 'link' && /^lesson:.+#/.test(text)))
    .map((reply) => at(prose, reply, `reply "${reply.id}" cites no step: lesson:<id>#<step>`));
}

/** What a recording's first line must tell, so that the page can say when and on what it was made. */
const recordingHead = z.object({ version: z.literal(2), timestamp: z.number(), title: z.string().min(1) });

/** A recording shows what this machine cannot run: it is there, and says what it was made on. */
async function recordingProblems(prose: Prose, { folder }: Lesson): Promise<LintProblem[]> {
  const problems = tagsIn(prose.content, 'Recording').map(async (tag) => {
    const name = `recordings/${tag.id}.cast`;
    const [first = ''] = (await readFile(join(folder, name), 'utf8').catch(() => '')).split('\n', 1);
    if (!first) return [at(prose, tag, `${name} is missing`)];
    if (recordingHead.safeParse(jsonOf(first)).success) return [];
    return [at(prose, tag, `${name}: its first line needs version 2, a timestamp, and a title: the program's version`)];
  });
  return (await Promise.all(problems)).flat();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Choices and what is revealed later do not count: they are not read through. */
function countWords(content: readonly Item[]): number {
  const read = content.filter((item) => !isTag(item) || !['Choice', 'Explain', 'Danger'].includes(item.name));
  const inside = read.filter(isTag).reduce((sum, tag) => sum + countWords(tag.content), 0);
  const text = read.map((item) => (isTag(item) || item.kind === 'link' ? '' : item.text)).join(' ');
  const han = text.match(/[\u3400-\u9fff]/g)?.length ?? 0;
  const latin = text.match(/[A-Za-z0-9][\w'’./-]*/g)?.length ?? 0;
  return inside + latin + Math.round(han * wordsPerHan);
}

/** What must be equal in both languages, part by part: code, numbers, addresses. A difference means one is stale. */
function differences(en: Prose, zh: Prose): LintProblem[] {
  return zh.content.filter(isTag).flatMap((tag) => {
    const other = en.content.filter(isTag).find(({ name, id }) => name === tag.name && id === tag.id);
    if (!other) return [];
    const field = tag.name === 'Step' ? `steps.${tag.id}` : `${tag.name.toLowerCase()}${tag.id && `.${tag.id}`}`;
    const [ours, theirs] = [facts(tag, 'zh'), facts(other, 'en')];
    const differ = [
      ...theirs.filter((fact) => !ours.includes(fact)).map((fact) => `${fact} is only in English`),
      ...ours.filter((fact) => !theirs.includes(fact)).map((fact) => `${fact} is only in Chinese`),
    ];
    return differ.map((what) => at(zh, tag, `${field}: ${what}`));
  });
}

const numberWords: Record<Locale, Record<string, string>> = {
  en: { three: '3', third: '3', four: '4', five: '5', six: '6', seven: '7', eight: '8', nine: '9', ten: '10' },
  zh: { 三: '3', 四: '4', 五: '5', 六: '6', 七: '7', 八: '8', 九: '9', 十: '10' },
};
const numberPatterns: Record<Locale, RegExp> = {
  en: /(?<![\w.])\d+(?:[.,]\d+)*(?![\w])|\b(?:three|third|four|five|six|seven|eight|nine|ten)\b/gi,
  // A Chinese numeral counts only before a measure word: 三个, not 再三.
  zh: /(?<![\w.])\d+(?:[.,]\d+)*(?![\w])|[三四五六七八九十](?=[个种次层步条台份级秒])/g,
};
/** One and two are pronouns and idioms in both languages as often as numbers. */
const tooCommon = ['1', '2'];

function facts(tag: Tag, locale: Locale): string[] {
  const words = wordsIn(tag.content);
  const numbers = words
    .filter(({ kind }) => kind === 'text')
    .flatMap(({ text }) => text.match(numberPatterns[locale]) ?? [])
    .map((text) => numberWords[locale][text.toLowerCase()] ?? text)
    .filter((text) => !tooCommon.includes(text));
  const quoted = words.filter(({ kind }) => kind === 'code').map(({ text }) => `\`${text}\``);
  const links = words.filter(({ kind }) => kind === 'link').map(({ text }) => text);
  const values = tagsIn(tag.content, 'Val').map(({ id }) => `<Val name="${id}">`);
  const alike = ['Reply', 'Recording'].flatMap((name) => tagsIn(tag.content, name));
  const tags = alike.map(({ name, id }) => `<${name} id="${id}">`);
  return [...new Set([...numbers, ...quoted, ...links, ...values, ...tags])];
}

function at(prose: Prose, tag: Tag, message: string): LintProblem {
  return { file: prose.file, line: tag.line, message };
}

function place(parent: string): string {
  return parent ? `<${parent}>` : 'the lesson outside of a step';
}

function dotted(field: string, id: string): string {
  return id ? `${field}.${id}` : field;
}
