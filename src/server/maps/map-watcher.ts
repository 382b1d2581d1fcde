import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MapDaemon } from '../../shared/api.ts';
import type { Engine } from '../engine/engine.ts';
import type { Feed } from '../labs/feed.ts';
import type { Log } from '../log.ts';
import type { LabRow } from '../store/store.ts';
import { buildMap } from './map-builder.ts';

/** Containers shown per daemon. */
const shownPerDaemon = 60;
/** A lab is looked at at most this often, ms. */
const everyMs = 1500;
/** The event record is followed again after its reader ended. */
const refollowMs = 2000;

const events = ['/opt/lab/bin/busybox', 'tail', '-n', '0', '-F', '/run/lab/events'];

interface Watched {
  ref: string;
  stop: AbortController;
  viewers: number;
  map: MapDaemon | undefined;
  timer: NodeJS.Timeout | undefined;
  lookedAt: number;
}

/** Watches the daemons of the labs that somebody looks at, and publishes one tree per lab. */
export class MapWatcher implements Disposable {
  readonly #engine: Engine;
  readonly #feed: Feed;
  readonly #log: Log;
  readonly #watched = new Map<string, Watched>();
  readonly #script = readFile(join(import.meta.dirname, 'look.sh'), 'utf8');
  readonly #unfollow: (() => void)[];

  constructor(options: { engine: Engine; feed: Feed; log: Log }) {
    this.#engine = options.engine;
    this.#feed = options.feed;
    this.#log = options.log;
    this.#unfollow = [
      options.feed.follow('stirred', (labId) => this.#lookSoon(labId)),
      options.feed.follow('lab', (lab) => this.#onLab(lab)),
    ];
  }

  [Symbol.dispose](): void {
    for (const stop of this.#unfollow) stop();
    for (const labId of this.#watched.keys()) this.#drop(labId);
  }

  map(labId: string): MapDaemon | undefined {
    return this.#watched.get(labId)?.map;
  }

  /** Somebody looks at the lab's map from now on; the answer ends it. */
  watch(lab: LabRow, ref: string): () => void {
    const watched = this.#watched.get(lab.id) ?? this.#begin(lab.id, ref);
    watched.viewers++;
    if (watched.map) this.#feed.emit('map', lab.id, watched.map);
    else this.#lookSoon(lab.id);
    return () => {
      watched.viewers--;
      if (watched.viewers <= 0 && this.#watched.get(lab.id) === watched) this.#drop(lab.id);
    };
  }

  #begin(labId: string, ref: string): Watched {
    const watched: Watched = {
      ref,
      stop: new AbortController(),
      viewers: 0,
      map: undefined,
      timer: undefined,
      lookedAt: 0,
    };
    this.#watched.set(labId, watched);
    void this.#follow(labId, watched);
    return watched;
  }

  async #follow(labId: string, watched: Watched): Promise<void> {
    const { signal } = watched.stop;
    while (!signal.aborted) {
      try {
        for await (const _ of this.#engine.lines(watched.ref, events, signal)) this.#feed.emit('stirred', labId);
      } catch (error) {
        this.#log.debug({ lab: labId, error: (error as Error).message }, 'the event record is not readable');
      }
      // Aborting the pause is how watching ends.
      await sleep(refollowMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #lookSoon(labId: string): void {
    const watched = this.#watched.get(labId);
    if (!watched || watched.timer) return;
    watched.timer = setTimeout(
      () => {
        this.#look(labId, watched).finally(() => {
          watched.timer = undefined;
        });
      },
      Math.max(100, watched.lookedAt + everyMs - Date.now()),
    );
  }

  async #look(labId: string, watched: Watched): Promise<void> {
    watched.lookedAt = Date.now();
    try {
      const result = await this.#engine.exec(watched.ref, ['/opt/lab/bin/busybox', 'sh', '-s', `${shownPerDaemon}`], {
        stdin: await this.#script,
        env: { PATH: '/opt/lab/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      });
      const map = buildMap(result.stdout);
      if (!map || watched.stop.signal.aborted || JSON.stringify(map) === JSON.stringify(watched.map)) return;
      watched.map = map;
      this.#feed.emit('map', labId, map);
    } catch (error) {
      this.#log.debug({ lab: labId, error: (error as Error).message }, 'the map was not drawn');
    }
  }

  #onLab(lab: LabRow): void {
    if (lab.state !== 'ready' && this.#watched.has(lab.id)) this.#drop(lab.id);
  }

  #drop(labId: string): void {
    const watched = this.#watched.get(labId);
    clearTimeout(watched?.timer);
    watched?.stop.abort();
    this.#watched.delete(labId);
  }
}
