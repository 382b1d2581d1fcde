import { type Engine, EngineFailedError } from '../engine/engine.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Feed, NoticeCode } from './feed.ts';

/** A lab is looked at after something happened in it, at most this often, ms. */
const everyMs = 5000;
/** From here on processes or disk are called used up, percent: the next container or image layer will not fit. */
const fullPercent = 98;

/** What lab-limits prints: how often memory was refused, and percent in use. */
interface Counts {
  memory: number;
  processes: number;
  disk: number;
}
const nothing: Counts = { memory: 0, processes: 0, disk: 0 };
const form = /^memory=(\d+) processes=(\d+) disk=(\d+)$/m;

/** How the kernel refuses one more process, in the engine's words. */
const noMoreProcesses = /resource temporarily unavailable/i;

interface Watched {
  ref: string;
  lookedAt: number;
  timer?: NodeJS.Timeout;
  seen: Counts;
}

interface Options {
  engine: Engine;
  store: Store;
  feed: Feed;
  log: Log;
}

/** Tells a learner which limit of his lab he has hit; else a full disk or a fork bomb looks like a broken lab. */
export class LimitWatch implements Disposable {
  readonly #options: Options;
  readonly #watched = new Map<string, Watched>();
  readonly #unfollow: (() => void)[];

  constructor(options: Options) {
    this.#options = options;
    this.#unfollow = [
      options.feed.follow('stirred', (labId) => this.#lookSoon(labId)),
      options.feed.follow('lab', (lab) => {
        if (lab.state !== 'ready') this.#drop(lab.id);
      }),
    ];
  }

  [Symbol.dispose](): void {
    for (const stop of this.#unfollow) stop();
    for (const labId of [...this.#watched.keys()]) this.#drop(labId);
  }

  #drop(labId: string): void {
    clearTimeout(this.#watched.get(labId)?.timer);
    this.#watched.delete(labId);
  }

  #lookSoon(labId: string): void {
    const watched = this.#watched.get(labId) ?? { ref: '', lookedAt: 0, seen: nothing };
    this.#watched.set(labId, watched);
    if (watched.timer) return;
    const wait = Math.max(0, watched.lookedAt + everyMs - Date.now());
    watched.timer = setTimeout(() => {
      watched.lookedAt = Date.now();
      this.#look(labId, watched)
        .catch((error: Error) => this.#options.log.debug({ lab: labId, error: error.message }, 'limits not seen'))
        .finally(() => delete watched.timer);
    }, wait).unref();
  }

  async #look(labId: string, watched: Watched): Promise<void> {
    const { engine, store, feed } = this.#options;
    const [lab, sandbox] = [await store.lab(labId), await store.sandboxOf(labId)];
    if (lab?.state !== 'ready' || !sandbox?.engineRef) return;
    const now = await engine.exec(sandbox.engineRef, ['/opt/lab/bin/lab-limits']).then(
      ({ stdout }) => readCounts(stdout),
      (error) => {
        if (!(error instanceof EngineFailedError && noMoreProcesses.test(error.message))) throw error;
        return { ...watched.seen, processes: 100 };
      },
    );
    if (!now) return;
    // A reset begins to count anew.
    const before = watched.ref === sandbox.engineRef ? watched.seen : nothing;
    Object.assign(watched, { ref: sandbox.engineRef, seen: now });
    for (const code of limitsHit(before, now)) {
      feed.emit('notice', lab.learnerId, { code, by: 'platform', at: Date.now() });
    }
  }
}

function readCounts(text: string): Counts | undefined {
  const [line, memory, processes, disk] = form.exec(text) ?? [];
  if (!line) return undefined;
  return { memory: Number(memory), processes: Number(processes), disk: Number(disk) };
}

function limitsHit(before: Counts, now: Counts): NoticeCode[] {
  const hits: NoticeCode[] = [];
  if (now.memory > before.memory) hits.push('memory-limit');
  if (now.processes >= fullPercent && before.processes < fullPercent) hits.push('process-limit');
  if (now.disk >= fullPercent && before.disk < fullPercent) hits.push('disk-limit');
  return hits;
}
