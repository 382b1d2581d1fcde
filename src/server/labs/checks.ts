import { randomBytes } from 'node:crypto';
import type { CheckView, Place } from '../../shared/api.ts';
import type { Log } from '../log.ts';
import type { LabRow, Store } from '../store/store.ts';
import type { Feed } from './feed.ts';
import { LabNotReadyError } from './lab.ts';
import type { LabManager } from './lab-manager.ts';
import type { LessonCatalog } from './lesson-catalog.ts';
import type { StepScripts } from './step-scripts.ts';

/** A step on screen is checked at most this often by itself, ms. */
const everyMs = 2000;
/** Checks that may run at once on the whole server; each is a handful of processes in a sandbox. */
const atOnce = 4;

interface Options {
  store: Store;
  manager: LabManager;
  lessons: LessonCatalog;
  scripts: StepScripts;
  feed: Feed;
  log: Log;
}

/** What is known of the step that a lab has on screen. */
interface Session {
  generation: number;
  place: Place;
  /** A `do` step; others are only prepared. */
  isJudged: boolean;
  nonce: string;
  visible: boolean;
  prepared: Promise<boolean>;
  last: CheckView | undefined;
  checkedAt: number;
  timer: NodeJS.Timeout | undefined;
  running: Promise<CheckView> | undefined;
  /** Why the setup did not run. */
  failure: Error | undefined;
}

/** Prepares the steps that learners have on screen and checks them while they work. */
export class Checks implements Disposable {
  readonly #options: Options;
  readonly #sessions = new Map<string, Session>();
  /** The last setup of a lab; the next one waits for it, whatever became of its session. */
  readonly #setups = new Map<string, { generation: number; done: Promise<boolean> }>();
  readonly #waiting: (() => void)[] = [];
  readonly #unfollow: (() => void)[];
  #running = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#unfollow = [
      options.feed.follow('stirred', (labId) => this.ask(labId)),
      options.feed.follow('lab', (lab) => this.#onLab(lab)),
    ];
  }

  [Symbol.dispose](): void {
    for (const stop of this.#unfollow) stop();
    for (const labId of this.#sessions.keys()) this.#drop(labId);
  }

  /** The last result of the step that the lab has on screen. */
  last(labId: string): CheckView | undefined {
    return this.#sessions.get(labId)?.last;
  }

  /** The learner has this step on screen: prepares it, once per generation; a `do` step is checked from now on. */
  async view(labId: string, place: Place, visible: boolean): Promise<void> {
    if (!this.#options.lessons.lesson(place.lesson)?.setups.has(place.step)) {
      this.#drop(labId);
      return;
    }
    const session = await this.#enter(labId, place);
    session.visible = visible;
    this.ask(labId);
  }

  /** Resolves when the step's setup, if it has one, has run in this generation; what is done in a step comes after it. */
  async prepare(labId: string, place: Place): Promise<void> {
    if (!this.#options.lessons.lesson(place.lesson)?.setups.has(place.step)) return;
    await (await this.#enter(labId, place)).prepared;
  }

  /** The random word of the step that the lab is in, if it has a setup. */
  nonce(labId: string): string | undefined {
    return this.#sessions.get(labId)?.nonce;
  }

  /** The step was written anew: labs that have it on screen enter it again. */
  async renew(place: Place): Promise<void> {
    for (const [labId, session] of [...this.#sessions]) {
      if (!samePlace(session.place, place)) continue;
      this.#drop(labId);
      await this.view(labId, place, session.visible);
    }
  }

  /** No step of this lab is on screen. */
  leave(labId: string): void {
    const session = this.#sessions.get(labId);
    if (session) session.visible = false;
  }

  /** Something may have changed: checks soon, unless the step has passed (it stays so) or is not on screen. */
  ask(labId: string): void {
    const session = this.#sessions.get(labId);
    if (!session?.visible || !session.isJudged || session.timer || session.last?.status === 'passed') return;
    const wait = Math.max(0, session.checkedAt + everyMs - Date.now());
    session.timer = setTimeout(async () => {
      // Until the setup is through there is nothing to judge.
      const prepared = await session.prepared;
      session.timer = undefined;
      if (!prepared || this.#sessions.get(labId) !== session || session.last?.status === 'passed') return;
      this.#check(labId, session).catch((error: Error) => {
        this.#options.log.debug({ lab: labId, error: error.message }, 'a check did not run');
      });
    }, wait);
  }

  /** Checks now. @throws what LabManager.ready and the engine throw. */
  async checkNow(labId: string, place: Place): Promise<CheckView> {
    const session = await this.#enter(labId, place);
    if (await session.prepared) return await this.#check(labId, session, true);
    if (session.last?.status === 'broken') return session.last;
    throw session.failure ?? new LabNotReadyError(labId);
  }

  /** The word of this entry of the step; runs its setup when it has not run in this generation. */
  async #enter(labId: string, place: Place): Promise<Session> {
    const { manager } = this.#options;
    const { lab, sandbox } = await manager.ready(labId);
    const current = this.#sessions.get(labId);
    if (current?.generation === lab.generation && samePlace(current.place, place)) return current;
    this.#drop(labId);
    const session: Session = {
      generation: lab.generation,
      place,
      isJudged: this.#options.lessons.lesson(place.lesson)?.file.steps[place.step]?.kind === 'do',
      nonce: randomBytes(8).toString('hex'),
      visible: current?.visible ?? false,
      prepared: Promise.resolve(true),
      last: undefined,
      checkedAt: 0,
      timer: undefined,
      running: undefined,
      failure: undefined,
    };
    this.#sessions.set(labId, session);
    if (session.isJudged) this.#tell(lab, session, { status: 'preparing' });
    const before = this.#setups.get(labId);
    session.prepared = (before?.generation === lab.generation ? before.done : Promise.resolve()).then(async () => {
      // Who has gone on to another step meanwhile needs no setup of this one.
      return this.#sessions.get(labId) === session && (await this.#prepare(lab, sandbox.engineRef, session));
    });
    this.#setups.set(labId, { generation: lab.generation, done: session.prepared });
    return session;
  }

  async #prepare(lab: LabRow, ref: string, session: Session): Promise<boolean> {
    const { store, scripts, log } = this.#options;
    try {
      const { passedAt } = await store.recordProgress(lab.learnerId, session.place, Date.now(), {});
      const result = await scripts.run(ref, session.place, 'setup', session.nonce);
      // The lab went away meanwhile, or another step is on screen.
      if (this.#sessions.get(lab.id) !== session) return false;
      if (result.code === 0) {
        if (passedAt && session.isJudged) this.#tell(lab, session, { status: 'passed' });
        return true;
      }
      log.error({ place: session.place, code: result.code, stderr: result.stderr }, 'setup failed');
      this.#tell(lab, session, {
        status: 'broken',
        output: `setup: exit code ${result.code}\n${result.stderr}`.slice(0, 2000),
      });
    } catch (error) {
      log.warn({ lab: lab.id, place: session.place, error: (error as Error).message }, 'setup did not run');
      session.failure = error as Error;
      // Whatever comes next enters the step again.
      if (this.#sessions.get(lab.id) === session) this.#sessions.delete(lab.id);
    }
    return false;
  }

  /** One at a time per lab; who insists gets a check that began after he asked. */
  #check(labId: string, session: Session, again = false): Promise<CheckView> {
    if (session.running && !again) return session.running;
    const before = session.running?.catch(() => undefined) ?? Promise.resolve();
    const running = before
      .then(() => this.#limited(() => this.#judge(labId, session)))
      .finally(() => {
        if (session.running === running) session.running = undefined;
      });
    session.running = running;
    return running;
  }

  async #judge(labId: string, session: Session): Promise<CheckView> {
    const { manager, scripts, store, feed, log } = this.#options;
    const { lab, sandbox } = await manager.ready(labId);
    // A reset came while this check waited its turn: the new sandbox is prepared by a session of its own.
    if (lab.generation !== session.generation) throw new LabNotReadyError(labId);
    const verdict = await scripts.check(sandbox.engineRef, session.place, session.nonce);
    session.checkedAt = Date.now();
    if (verdict.status === 'broken') log.error({ place: session.place, output: verdict.output }, 'a check is broken');
    const { status, ...rest } = verdict;
    const isNew =
      session.last?.status !== status || session.last.reason !== ('reason' in rest ? rest.reason : undefined);
    if (status === 'passed' || (status === 'not-yet' && isNew)) {
      const change = { triesMore: 1, ...(status === 'passed' ? { passedAt: Date.now() } : {}) };
      feed.emit(
        'progress',
        lab.learnerId,
        await store.recordProgress(lab.learnerId, session.place, Date.now(), change),
      );
    }
    return this.#tell(lab, session, { status, ...rest });
  }

  #tell(lab: LabRow, session: Session, result: Omit<CheckView, 'lesson' | 'step' | 'at' | 'nonce'>): CheckView {
    const check = { ...session.place, at: Date.now(), nonce: session.nonce, ...result };
    session.last = check;
    this.#options.feed.emit('check', lab, check);
    return check;
  }

  async #limited<T>(action: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await action();
    } finally {
      // The place is handed on, so that nobody can slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  #onLab(lab: LabRow): void {
    const session = this.#sessions.get(lab.id);
    if (lab.state === 'ended') this.#setups.delete(lab.id);
    if (!session) return;
    if (lab.state === 'ending' || lab.state === 'ended') this.#drop(lab.id);
    else if (lab.state === 'ready' && lab.generation !== session.generation) {
      const { place, visible } = session;
      this.view(lab.id, place, visible).catch((error: Error) => {
        this.#options.log.warn({ lab: lab.id, error: error.message }, 'the step was not prepared after a reset');
      });
    }
  }

  #drop(labId: string): void {
    clearTimeout(this.#sessions.get(labId)?.timer);
    this.#sessions.delete(labId);
  }
}

function samePlace(a: Place, b: Place): boolean {
  return a.lesson === b.lesson && a.step === b.step;
}
