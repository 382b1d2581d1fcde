import { randomBytes } from 'node:crypto';
import { type Distribution, distribution } from '../bench/distribution.ts';
import type { Core, Lesson, LessonCatalog, LiveSandbox, ScriptKind } from '../server/app.ts';
import { lackingOn } from '../server/app.ts';
import { blockChain, blockCommand } from '../shared/lesson.ts';
import { PlainError, seconds } from './messages.ts';
import { openCore } from './prepare.ts';
import { SandboxSupply } from './sandbox-supply.ts';

/** The longest block pauses for half a minute; a busy machine may take that long once more for what it starts. */
const blockDeadlineMs = 120_000;
/** Lines of what was printed last that a failure shows. */
const screenLines = 24;

export interface StepResult {
  lesson: string;
  step: string;
  status: 'passed' | 'failed' | 'unavailable';
  ms: number;
  /** How long each of its checks took, ms. */
  checks: number[];
  /** What failed; why it cannot run here. */
  detail?: string;
  /** What was printed last. */
  screen?: string;
}

/** An expectation that did not hold. */
class Unexpected extends Error {}

/** `lab test`: every lesson is a test. Exit code 1 when a step failed. */
export async function testLessons(
  ids: string[],
  options: { json: boolean; jobs: number },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const started = Date.now();
  await using core = await openCore(environment);
  requireLessons(core.lessons, ids);
  const lessons = core.lessons.lessons.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const lacks = lackingOn(await core.engine.info());
  const tests = lessons.flatMap((lesson) => testsOf(core, lesson, lacks));
  const wanted = tests.flatMap((test) => (test.missing ? [] : Array.from({ length: test.sandboxes }, () => test.spec)));
  await using supply = new SandboxSupply(core, wanted, options.jobs);
  const results = await runAll(tests, supply, options.jobs, (result) => {
    if (!options.json) console.log(resultLine(result));
  });
  const number = (status: StepResult['status']) => results.filter((result) => result.status === status).length;
  const [passed, failed, unavailable] = [number('passed'), number('failed'), number('unavailable')];
  const ms = Date.now() - started;
  const checks = distribution(results.flatMap((result) => result.checks));
  if (options.json) console.log(JSON.stringify({ passed, failed, unavailable, ms, checks, results }));
  else {
    console.log(`${passed} passed, ${failed} failed, ${unavailable} not available here, in ${seconds(ms)}`);
    console.log(checksLine(checks, results));
  }
  return failed === 0 ? 0 : 1;
}

/** @throws {PlainError} naming the first that is no lesson's id. */
export function requireLessons(catalog: LessonCatalog, ids: string[]): void {
  const unknown = ids.find((id) => !catalog.lesson(id));
  if (unknown) throw new PlainError(`There is no lesson "${unknown}".`);
}

/** Proves one `do` step in sandboxes of its own. */
export async function proveStep(core: Core, lesson: Lesson, step: string): Promise<StepResult> {
  const test = testsOf(core, lesson, lackingOn(await core.engine.info())).find((each) => each.step === step);
  if (!test) throw new RangeError(`${lesson.id}/${step} has no scripts`);
  await using supply = new SandboxSupply(core, [test.spec, test.spec], 2);
  return await runOne(test, supply);
}

interface Test {
  lesson: string;
  step: string;
  spec: string;
  /** What the machine lacks for it. */
  missing: string | undefined;
  sandboxes: number;
  run(supply: SandboxSupply, screen: Screen): Promise<void>;
}

function testsOf(core: Core, lesson: Lesson, lacks: readonly string[]): Test[] {
  const { lab: spec, requires, steps } = lesson.file;
  const missingOf = (needed: readonly string[]) => [...requires, ...needed].find((each) => lacks.includes(each));
  const proven = Object.entries(steps).filter(([, { kind }]) => kind === 'do');
  return [
    ...proven.map(([step, { requires: needed }]) => ({
      ...{ lesson: lesson.id, step, spec, missing: missingOf(needed), sandboxes: 2 },
      run: (supply: SandboxSupply, screen: Screen) => testStep(core, supply, lesson, step, screen),
    })),
    {
      ...{ lesson: lesson.id, step: '(whole lesson)', spec, missing: missingOf([]), sandboxes: 1 },
      run: (supply, screen) => testWhole(core, supply, lesson, lacks, screen),
    },
  ];
}

async function runAll(tests: Test[], supply: SandboxSupply, jobs: number, onResult: (result: StepResult) => void) {
  const results: StepResult[] = [];
  const waiting = [...tests];
  const worker = async () => {
    for (let test = waiting.shift(); test; test = waiting.shift()) {
      const result = await runOne(test, supply);
      results.push(result);
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, worker));
  return results;
}

async function runOne(test: Test, supply: SandboxSupply): Promise<StepResult> {
  const started = Date.now();
  const screen = new Screen();
  const result = { lesson: test.lesson, step: test.step, checks: screen.checks };
  if (test.missing) return { ...result, status: 'unavailable', ms: 0, detail: `needs ${test.missing}` };
  try {
    await test.run(supply, screen);
    return { ...result, status: 'passed', ms: Date.now() - started };
  } catch (error) {
    const detail = error instanceof Unexpected ? error.message : String((error as Error).stack);
    return { ...result, status: 'failed', ms: Date.now() - started, detail, screen: screen.last() };
  }
}

/** What a test has run, what that printed, and how long its checks took. */
class Screen {
  readonly checks: number[] = [];
  readonly #lines: string[] = [];

  print(command: string, output: string): void {
    this.#lines.push(`# ${command}`, ...output.trimEnd().split('\n'));
  }

  last(): string {
    return this.#lines.slice(-screenLines).join('\n');
  }
}

/** Nothing done: not yet. Cheated: not passed. Entered twice and solved, twice: passed. */
async function testStep(
  core: Core,
  supply: SandboxSupply,
  lesson: Lesson,
  step: string,
  screen: Screen,
): Promise<void> {
  await supply.use(lesson.file.lab, async (sandbox) => {
    const run = scriptRunner(core, lesson, step, sandbox, screen);
    await run('setup');
    await expectCheck(lesson, step, run, 'after setup', (code) => code === 10);
    await run('cheat');
    await expectCheck(lesson, step, run, 'after cheat', (code) => code === 10 || code === 20);
  });
  await supply.use(lesson.file.lab, async (sandbox) => {
    const run = scriptRunner(core, lesson, step, sandbox, screen);
    for (const _ of ['entered', 'entered again']) await run('setup');
    for (const time of ['solve', 'solve again']) {
      await run('solve');
      await expectCheck(lesson, step, run, `after ${time}`, (code) => code === 0);
    }
  });
}

/** All blocks, one after another, in one lab; each check passes when its step's blocks have run. */
async function testWhole(
  core: Core,
  supply: SandboxSupply,
  lesson: Lesson,
  lacks: readonly string[],
  screen: Screen,
): Promise<void> {
  await supply.use(lesson.file.lab, async (sandbox) => {
    const { cgroup, standins } = await core.engine.info();
    const facts = [cgroup === 'v1' ? 'cgroup1' : 'cgroup2', standins.length > 0 ? 'standin' : 'official'];
    for (const [id, step] of Object.entries(lesson.file.steps)) {
      if (step.requires.some((each) => lacks.includes(each))) continue;
      const nonce = randomBytes(8).toString('hex');
      const values = { 'lab.id': sandbox.id, 'attempt.nonce': nonce };
      const run = scriptRunner(core, lesson, id, sandbox, screen, nonce);
      if (lesson.setups.has(id)) await run('setup');
      for (const [blockId, block] of Object.entries(step.blocks).filter(([, each]) => each.run || each.write)) {
        const chain = blockChain(block);
        const text = blockCommand(block, facts, values);
        const shell = chain.length > 0 ? ['sh', '-c', text] : ['bash', '-lc', text];
        const argv = [...chain.flatMap((container) => ['docker', 'exec', container]), ...shell];
        const result = await core.engine.exec(sandbox.engineRef, argv, { deadline: blockDeadlineMs });
        screen.print(`${id}: block ${blockId}: ${text}`, result.stdout + result.stderr);
        // What a block prints may well be an error: that is what some of them are there to show.
        if (result.timedOut) throw new Unexpected(`${id}: block ${blockId} did not end`);
      }
      if (step.kind === 'do') await expectCheck(lesson, id, run, `${id}, after its blocks`, (code) => code === 0);
    }
  });
}

type Runner = (kind: ScriptKind) => Promise<{ code: number; output: string }>;

function scriptRunner(
  core: Core,
  lesson: Lesson,
  step: string,
  sandbox: LiveSandbox,
  screen: Screen,
  nonce = randomBytes(8).toString('hex'),
): Runner {
  return async (kind) => {
    const begun = performance.now();
    const result = await core.scripts.run(sandbox.engineRef, { lesson: lesson.id, step }, kind, nonce);
    if (kind === 'check') screen.checks.push(Math.round(performance.now() - begun));
    const output = `${result.stdout}${result.stderr}`.trim();
    screen.print(`${step}: ${kind}.sh, exit code ${result.code}`, output);
    if (kind !== 'check' && result.code !== 0) throw new Unexpected(`${kind}.sh ended with ${result.code}`);
    return { code: result.code, output };
  };
}

async function expectCheck(
  lesson: Lesson,
  step: string,
  run: Runner,
  when: string,
  isExpected: (code: number) => boolean,
): Promise<void> {
  const { code, output } = await run('check');
  if (!isExpected(code)) throw new Unexpected(`check ${when} ended with ${code}: ${output}`);
  const reasons = lesson.file.steps[step]?.reasons ?? [];
  const reason = output.split(/\s/, 1)[0] ?? '';
  if (code !== 0 && !reasons.includes(reason)) {
    throw new Unexpected(`check ${when} gave the reason "${reason}", which lesson.yaml does not name`);
  }
}

/** How long checks take, and which took longest. */
function checksLine({ n, median, p95, max }: Distribution, results: StepResult[]): string {
  const slowest = results.find(({ checks }) => checks.includes(max));
  const times = `median ${seconds(median)}, p95 ${seconds(p95)}, longest ${seconds(max)}`;
  return `${n} checks: ${times} (${slowest?.lesson} ${slowest?.step})`;
}

/** For a person; what failed comes with what it printed last. */
export function resultLine({ lesson, step, status, ms, detail, screen }: StepResult): string {
  const mark = { passed: '✓', failed: '✗', unavailable: '–' }[status];
  const time = status === 'unavailable' ? 'not available here' : seconds(ms);
  const rest = [detail, screen].filter((text) => text).flatMap((text) => text?.split('\n') ?? []);
  return [`${mark} ${lesson} ${step}  ${time}`, ...rest].join('\n    ');
}
