import { randomBytes } from 'node:crypto';
import type { Place } from '../../shared/api.ts';
import type { Engine, ExecResult } from '../engine/engine.ts';
import { type EventRecorder, newEvents } from './event-recorder.ts';
import type { LessonCatalog, ScriptKind } from './lesson-catalog.ts';

/** Where answers lie in L1, one file per answer id. */
export const answersFolder = '/lab/a';

/** The record of the daemon's events in L1, written anew for every script. */
const eventsFile = '/run/lab/events';

/** How long a script may take, ms. Setups and solutions start daemons and load images. */
const deadlines: Record<ScriptKind, number> = { setup: 60_000, check: 10_000, solve: 60_000, cheat: 60_000 };

const shell = '/opt/lab/bin/busybox';
const path = '/opt/lab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a check said. `broken` is our fault: any exit code that the format does not know, or no time left. */
export type Verdict =
  | { status: 'passed' }
  | { status: 'not-yet' | 'impossible'; reason: string; values: Record<string, string> }
  | { status: 'broken'; output: string };

/** Runs the scripts of steps in sandboxes: streamed in by exec, never left in the lab. */
export class StepScripts {
  readonly #engine: Engine;
  readonly #lessons: LessonCatalog;
  readonly #recorder: EventRecorder;

  constructor(engine: Engine, lessons: LessonCatalog, recorder: EventRecorder) {
    this.#engine = engine;
    this.#lessons = lessons;
    this.#recorder = recorder;
  }

  /** Runs one script of a `do` step. `nonce` is the random word of this entry of the step. */
  async run(ref: string, place: Place, kind: ScriptKind, nonce: string): Promise<ExecResult> {
    const lesson = this.#lessons.lesson(place.lesson);
    if (!lesson) throw new RangeError(`no lesson ${place.lesson}`);
    const script = await this.#lessons.script(lesson, place.step, kind).catch(missing);
    if (script === undefined) return { code: 127, stdout: '', stderr: `${kind}.sh is not there`, timedOut: false };
    const info = await this.#engine.info();
    return await this.#engine.exec(ref, [shell, 'sh', '-s'], {
      // Read to its end before it begins, or a command such as ssh would take the rest of it for its input.
      stdin: `${this.#events(ref)}{\n${script}\n} </dev/null\n`,
      deadline: deadlines[kind],
      env: {
        PATH: path,
        LAB_NONCE: nonce,
        LAB_STEP: `${place.lesson}/${place.step}`,
        LAB_ANSWERS: answersFolder,
        LAB_EVENTS: eventsFile,
        LAB_CGROUP: info.cgroup,
        LAB_STANDIN: info.standins.length > 0 ? '1' : '0',
      },
    });
  }

  /** Judges a `do` step. Never throws for what the script does, only for the engine. */
  async check(ref: string, place: Place, nonce: string): Promise<Verdict> {
    return readVerdict(await this.run(ref, place, 'check', nonce), this.#reasons(place));
  }

  /** Writes an answer where the checks look for it. */
  async writeAnswer(ref: string, answer: string, text: string): Promise<void> {
    const command = `mkdir -p ${answersFolder} && cat > ${answersFolder}/${answer}`;
    await this.#engine.exec(ref, [shell, 'sh', '-c', command], { stdin: text });
  }

  /** Puts our record where the script reads it, and behind it what the daemon did this very moment. */
  #events(ref: string): string {
    const end = `END-${randomBytes(8).toString('hex')}`;
    const { text, since } = this.#recorder.record(ref);
    return `cat >${eventsFile} <<'${end}'
${text}${end}
${newEvents(since)} --data-urlencode "until=$(jq -n now)" >>${eventsFile} || :
`;
  }

  #reasons(place: Place): readonly string[] {
    return this.#lessons.lesson(place.lesson)?.file.steps[place.step]?.reasons ?? [];
  }
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Reads exit code and first line, `reason key=value …`, as LESSONS.md's table defines them. */
export function readVerdict(result: ExecResult, reasons: readonly string[]): Verdict {
  if (result.code === 0 && !result.timedOut) return { status: 'passed' };
  const line = result.stdout.split('\n', 1)[0]?.slice(0, 200) ?? '';
  const [reason = '', ...pairs] = line.trim().split(/\s+/);
  if ((result.code !== 10 && result.code !== 20) || result.timedOut || !reasons.includes(reason)) {
    const why = result.timedOut ? 'the check took longer than 10 s' : `exit code ${result.code}, first line "${line}"`;
    return { status: 'broken', output: `${why}\n${result.stderr}`.slice(0, 2000).trim() };
  }
  const values = Object.fromEntries(pairs.map((pair) => splitPair(pair)));
  return { status: result.code === 10 ? 'not-yet' : 'impossible', reason, values };
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}
