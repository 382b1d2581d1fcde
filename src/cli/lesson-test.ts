import { randomBytes } from 'node:crypto';
import type { Core, LabSpec, Lesson, LiveSandbox, ScriptKind } from '../server/app.ts';
import { blockChain, blockCommand } from '../shared/lesson.ts';
import { PlainError, seconds } from './messages.ts';
import { openCore } from './prepare.ts';

/** A sandbox of a test ends itself when the test takes longer, or died. */
const leaseMs = 15 * 60_000;
const blockDeadlineMs = 60_000;

export interface StepResult {
  lesson: string;
  step: string;
  status: 'passed' | 'failed' | 'unavailable';
  ms: number;
  /** What failed and what was printed last; why it cannot run here. */
  detail?: string;
}

/** An expectation that did not hold. */
class Unexpected extends Error {}

/** `lab test`: every lesson is a test. Exit code 1 when a step failed. */
export async function testLessons(
  ids: string[],
  options: { json: boolean; jobs: number },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  await using core = await openCore(environment);
  const unknown = ids.find((id) => !core.lessons.lesson(id));
  if (unknown) throw new PlainError(`There is no lesson "${unknown}".`);
  const lessons = core.lessons.lessons.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const tests = lessons.flatMap((lesson) => testsOf(core, lesson));
  const results = await runAll(tests, options.jobs, (result) => {
    if (!options.json) console.log(line(result));
  });
  const failed = results.filter(({ status }) => status === 'failed').length;
  if (options.json) console.log(JSON.stringify({ passed: results.length - failed, failed, results }));
  else console.log(`${results.filter(({ status }) => status === 'passed').length} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

type Test = () => Promise<StepResult>;

function testsOf(core: Core, lesson: Lesson): Test[] {
  const missing = lesson.file.requires[0];
  const steps = Object.entries(lesson.file.steps);
  const timed = (step: string, run: () => Promise<void>): Test => {
    return async () => {
      const started = Date.now();
      const result = { lesson: lesson.id, step };
      if (missing) return { ...result, status: 'unavailable', ms: 0, detail: `needs ${missing}` };
      try {
        await run();
        return { ...result, status: 'passed', ms: Date.now() - started };
      } catch (error) {
        const detail = error instanceof Unexpected ? error.message : String((error as Error).stack);
        return { ...result, status: 'failed', ms: Date.now() - started, detail };
      }
    };
  };
  const proven = steps.filter(([, { kind }]) => kind === 'do');
  return [
    ...proven.map(([step]) => timed(step, () => testStep(core, lesson, step))),
    timed('(whole lesson)', () => testWhole(core, lesson)),
  ];
}

async function runAll(tests: Test[], jobs: number, onResult: (result: StepResult) => void): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const waiting = [...tests];
  const worker = async () => {
    for (let test = waiting.shift(); test; test = waiting.shift()) {
      const result = await test();
      results.push(result);
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, worker));
  return results;
}

/** Nothing done: not yet. Cheated: not passed. Solved, twice: passed. */
async function testStep(core: Core, lesson: Lesson, step: string): Promise<void> {
  await inSandbox(core, lesson, async (sandbox) => {
    const run = scriptRunner(core, lesson, step, sandbox);
    await run('setup');
    await expectCheck(lesson, step, run, 'after setup', (code) => code === 10);
    await run('cheat');
    await expectCheck(lesson, step, run, 'after cheat', (code) => code === 10 || code === 20);
  });
  await inSandbox(core, lesson, async (sandbox) => {
    const run = scriptRunner(core, lesson, step, sandbox);
    await run('setup');
    for (const time of ['solve', 'solve again']) {
      await run('solve');
      await expectCheck(lesson, step, run, `after ${time}`, (code) => code === 0);
    }
  });
}

/** All blocks, one after another, in one lab; each check passes when its step's blocks have run. */
async function testWhole(core: Core, lesson: Lesson): Promise<void> {
  await inSandbox(core, lesson, async (sandbox) => {
    const { cgroup, standins } = await core.engine.info();
    const facts = [cgroup === 'v1' ? 'cgroup1' : 'cgroup2', standins.length > 0 ? 'standin' : 'official'];
    for (const [id, step] of Object.entries(lesson.file.steps)) {
      const run = scriptRunner(core, lesson, id, sandbox);
      if (lesson.setups.has(id)) await run('setup');
      for (const [blockId, block] of Object.entries(step.blocks).filter(([, each]) => each.run || each.write)) {
        const chain = blockChain(block);
        const text = blockCommand(block, facts);
        const shell = chain.length > 0 ? ['sh', '-c', text] : ['bash', '-lc', text];
        const argv = [...chain.flatMap((container) => ['docker', 'exec', container]), ...shell];
        const result = await core.engine.exec(sandbox.engineRef, argv, { deadline: blockDeadlineMs });
        // What a block prints may well be an error: that is what some of them are there to show.
        if (result.timedOut)
          throw new Unexpected(`${id}: block ${blockId} did not end: ${result.stdout}${result.stderr}`);
      }
      if (step.kind === 'do') await expectCheck(lesson, id, run, `${id}, after its blocks`, (code) => code === 0);
    }
  });
}

type Runner = (kind: ScriptKind) => Promise<{ code: number; output: string }>;

function scriptRunner(core: Core, lesson: Lesson, step: string, sandbox: LiveSandbox): Runner {
  const nonce = randomBytes(8).toString('hex');
  return async (kind) => {
    const result = await core.scripts.run(sandbox.engineRef, { lesson: lesson.id, step }, kind, nonce);
    const output = `${result.stdout}${result.stderr}`.trim();
    if (kind !== 'check' && result.code !== 0) throw new Unexpected(`${kind}.sh ended with ${result.code}: ${output}`);
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

async function inSandbox(core: Core, lesson: Lesson, action: (sandbox: LiveSandbox) => Promise<void>): Promise<void> {
  const sandbox = await core.sandboxes.create(core.labs.spec(lesson.file.lab) as LabSpec, {
    purpose: 'test',
    leaseUntil: Date.now() + leaseMs,
  });
  try {
    await action(sandbox);
  } finally {
    await core.sandboxes.remove(sandbox);
  }
}

function line({ lesson, step, status, ms, detail }: StepResult): string {
  const mark = { passed: '✓', failed: '✗', unavailable: '–' }[status];
  const rest = detail ? `\n    ${detail.split('\n').join('\n    ')}` : '';
  return `${mark} ${lesson} ${step}  ${status === 'unavailable' ? 'not available here' : seconds(ms)}${rest}`;
}
