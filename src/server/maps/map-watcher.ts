import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessesView } from '../../shared/api.ts';
import type { MapHost } from '../../shared/map.ts';
import { mapContainers, mapDifference, mapShape } from '../../shared/map-tree.ts';
import type { Engine } from '../engine/engine.ts';
import type { Feed } from '../labs/feed.ts';
import type { Log } from '../log.ts';
import type { LabRow } from '../store/store.ts';
import { Looker, lookAt, processesBelow, script } from './looker.ts';

/** A command makes several events in a row; this long is waited for more of them, ms. */
const gatherMs = 15;
/** However much happens, looking takes a fifth of the time: a look costs this many times what it took. */
const lookCost = 5;
/** So much of it a quiet lab saves up, ms: what one command makes happen is looked at without a rest. */
const savedMost = 5000;
/** What counts of a look at most, ms: one that takes longer waits for a daemon that hangs, and costs nothing. */
const lookMost = 250;
/** Without any event a lab is looked at this often, ms: memory in use, and what no event has told. */
const relistMs = 60_000;
/** After a look that failed the next one, and after the reader of events ended the next one, ms. */
const againMs = 1000;

interface Options {
  engine: Engine;
  /** Calls back with a sandbox's ref when its own daemon has told of something; the answer ends that. */
  onEvent: (listener: (ref: string) => void) => () => void;
  feed: Feed;
  log: Log;
}

interface Watched {
  ref: string;
  looker: Looker;
  stop: AbortController;
  viewers: number;
  map: MapHost | undefined;
  timer: NodeJS.Timeout | undefined;
  /** When the next look is due and may begin, by performance.now(). */
  dueAt: number;
  notBefore: number;
  /** When everything is asked anew, by performance.now(). */
  relistAt: number;
  isLooking: boolean;
}

/**
 * Watches the daemons of the labs that somebody looks at. The server records what L1's daemon does; of those further in
 * one reader per lab tells, the checks, too (`stirred`). After events everything is looked at, and what differs is
 * published.
 */
export class MapWatcher implements Disposable {
  readonly #engine: Engine;
  readonly #feed: Feed;
  readonly #log: Log;
  readonly #watched = new Map<string, Watched>();
  readonly #unfollow: (() => void)[];

  constructor(options: Options) {
    this.#engine = options.engine;
    this.#feed = options.feed;
    this.#log = options.log;
    this.#unfollow = [
      options.feed.follow('lab', (lab) => this.#onLab(lab)),
      options.onEvent((ref) => {
        for (const [labId, watched] of this.#watched) if (watched.ref === ref) this.#lookIn(labId, watched, gatherMs);
      }),
    ];
  }

  [Symbol.dispose](): void {
    for (const stop of this.#unfollow) stop();
    for (const labId of this.#watched.keys()) this.#drop(labId);
  }

  /** What was published last of a lab that is watched. */
  map(labId: string): MapHost | undefined {
    return this.#watched.get(labId)?.map;
  }

  /** That as a few letters, see `mapShape`. */
  shape(labId: string): string | undefined {
    const map = this.map(labId);
    return map && mapShape(map);
  }

  /**
   * The map of a sandbox now, watched or not; for checks and the command line.
   *
   * @throws what Engine.exec throws, and EngineFailedError when the toolkit did not do its work.
   */
  async look(ref: string): Promise<MapHost> {
    return await lookAt(this.#engine, ref);
  }

  /** A container's processes as L1 sees them; none when it does not run or is not on the map. @throws as `look`. */
  async processes(labId: string, ref: string, key: string): Promise<ProcessesView['processes']> {
    const map = this.map(labId) ?? (await this.look(ref));
    const pid = mapContainers(map).find(({ box }) => box.key === key)?.box.pids[0];
    return pid === undefined ? [] : await processesBelow(this.#engine, ref, pid);
  }

  /** Somebody looks at the lab's map from now on; the answer ends it. What is known already is `map`. */
  watch(lab: LabRow, ref: string): () => void {
    const known = this.#watched.get(lab.id);
    const watched = known?.ref === ref ? known : this.#begin(lab.id, ref);
    watched.viewers++;
    return () => {
      watched.viewers--;
      if (watched.viewers <= 0 && this.#watched.get(lab.id) === watched) this.#drop(lab.id);
    };
  }

  #begin(labId: string, ref: string): Watched {
    this.#drop(labId);
    const watched: Watched = {
      ...{ ref, looker: new Looker(this.#engine, ref), stop: new AbortController(), viewers: 0 },
      ...{ map: undefined, timer: undefined, isLooking: false },
      ...{ dueAt: Number.POSITIVE_INFINITY, notBefore: 0, relistAt: 0 },
    };
    this.#watched.set(labId, watched);
    void this.#follow(labId, watched);
    this.#lookIn(labId, watched, 0);
    return watched;
  }

  async #follow(labId: string, watched: Watched): Promise<void> {
    const { signal } = watched.stop;
    const command = ['/opt/lab/bin/busybox', 'sh', '-c', await script('follow')];
    while (!signal.aborted) {
      try {
        for await (const _ of this.#engine.lines(watched.ref, command, signal)) {
          this.#feed.emit('stirred', labId);
          this.#lookIn(labId, watched, gatherMs);
        }
      } catch (error) {
        this.#log.debug({ lab: labId, error: (error as Error).message }, 'the events of a lab are not readable');
      }
      // Aborting the pause is how watching ends.
      await sleep(againMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Looks in so many milliseconds, or earlier where that is planned already. */
  #lookIn(labId: string, watched: Watched, ms: number): void {
    if (watched.stop.signal.aborted) return;
    const dueAt = Math.max(performance.now() + ms, watched.notBefore);
    if (watched.timer && watched.dueAt <= dueAt) return;
    watched.dueAt = dueAt;
    if (watched.isLooking) return;
    clearTimeout(watched.timer);
    watched.timer = setTimeout(() => this.#look(labId, watched), Math.max(0, dueAt - performance.now()));
  }

  async #look(labId: string, watched: Watched): Promise<void> {
    const begun = performance.now();
    const isRelist = begun >= watched.relistAt;
    if (isRelist) watched.relistAt = begun + relistMs;
    watched.isLooking = true;
    // What happens from here on may be missed by this look and asks for another.
    watched.dueAt = watched.relistAt;
    try {
      const map = await watched.looker.look(watched.map, isRelist);
      if (watched.stop.signal.aborted) return;
      const change = mapDifference(watched.map, map);
      watched.map = map;
      if (change) this.#feed.emit('map', labId, change);
    } catch (error) {
      watched.dueAt = begun + againMs;
      this.#log.debug({ lab: labId, error: (error as Error).message }, 'the map was not drawn');
    } finally {
      watched.isLooking = false;
      watched.timer = undefined;
      const now = performance.now();
      const saved = Math.max(watched.notBefore, now - savedMost);
      watched.notBefore = saved + lookCost * Math.min(lookMost, now - begun);
      this.#lookIn(labId, watched, Math.min(watched.dueAt, watched.looker.silentUntil) - now);
    }
  }

  #onLab(lab: LabRow): void {
    if (lab.state !== 'ready') this.#drop(lab.id);
  }

  #drop(labId: string): void {
    const watched = this.#watched.get(labId);
    clearTimeout(watched?.timer);
    watched?.stop.abort();
    watched?.looker[Symbol.dispose]();
    this.#watched.delete(labId);
  }
}
