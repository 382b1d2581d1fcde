import type { WebSocket } from 'ws';
import type { LabView } from '../../shared/api.ts';
import { type EventMessage, type EventRequest, eventRequest } from '../../shared/events.ts';
import type { MapChange } from '../../shared/map.ts';
import { mapDifference } from '../../shared/map-tree.ts';
import { closeCodes } from '../../shared/terminal-protocol.ts';
import type { Blocks } from '../labs/blocks.ts';
import type { Checks } from '../labs/checks.ts';
import type { Feed } from '../labs/feed.ts';
import type { LabManager } from '../labs/lab-manager.ts';
import type { LabViews } from '../labs/lab-views.ts';
import type { Log } from '../log.ts';
import type { MapWatcher } from '../maps/map-watcher.ts';
import type { LabRow, Store } from '../store/store.ts';
import { type SocketRoute, sendTo } from './upgrade.ts';

/** A page on screen counts as activity; told this often, ms. */
const activityMs = 10_000;

interface Options {
  store: Store;
  manager: LabManager;
  views: LabViews;
  blocks: Blocks;
  checks: Checks;
  maps: MapWatcher;
  feed: Feed;
  log: Log;
}

/** `WS /ws/events`: one per open page of a learner. */
export function eventsRoute(options: Options): SocketRoute {
  const pages = new Map<string, Set<EventsConnection>>();
  return {
    path: /^\/ws\/events$/,
    connect(socket, { who }) {
      const own = pages.get(who.learnerId) ?? new Set();
      pages.set(who.learnerId, own);
      const connection = new EventsConnection(socket, who, options);
      own.add(connection);
      options.manager.setPresent(who.learnerId, true);
      socket.on('close', () => {
        connection[Symbol.dispose]();
        own.delete(connection);
        for (const other of own) other.viewAgain();
        if (own.size > 0) return;
        pages.delete(who.learnerId);
        options.manager.setPresent(who.learnerId, false);
      });
    },
  };
}

class EventsConnection implements Disposable {
  readonly #socket: WebSocket;
  readonly #learnerId: string;
  readonly #instructor: boolean;
  readonly #options: Options;
  readonly #unfollow: (() => void)[];
  readonly #activity: NodeJS.Timeout;
  #lab: LabRow | undefined;
  #viewing: EventRequest | undefined;
  #unwatch: { key: string; stop: () => void } | undefined;

  constructor(socket: WebSocket, who: { learnerId: string; instructor: boolean }, options: Options) {
    this.#socket = socket;
    this.#learnerId = who.learnerId;
    this.#instructor = who.instructor;
    this.#options = options;
    const { feed } = options;
    this.#unfollow = [
      feed.follow('lab', (lab) => lab.learnerId === this.#learnerId && this.#showLab(lab)),
      feed.follow('notice', (learnerId, notice) => {
        if (!learnerId || learnerId === this.#learnerId) this.#send({ type: 'notice', ...notice });
      }),
      feed.follow(
        'queue',
        (id, position) => id === this.#learnerId && this.#send({ type: 'queue', queue: { position } }),
      ),
      feed.follow('check', (lab, check) => lab.learnerId === this.#learnerId && this.#send({ type: 'check', check })),
      feed.follow('progress', (id, progress) => id === this.#learnerId && this.#send({ type: 'progress', progress })),
      feed.follow('map', (id, change) => id === this.#lab?.id && this.#sendMap(id, change)),
    ];
    this.#activity = setInterval(() => this.#touch(), activityMs);
    socket.on('message', (data, isBinary) => this.#run(this.#receive(data.toString(), isBinary)));
    this.#run(this.#begin());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#activity);
    for (const stop of this.#unfollow) stop();
    this.#unwatch?.stop();
    if (this.#lab && this.#viewing?.visible) this.#options.checks.leave(this.#lab.id);
  }

  /** Another page of the learner has gone, and with it what it had on screen. */
  viewAgain(): void {
    if (this.#viewing?.visible) this.#run(this.#view());
  }

  async #begin(): Promise<void> {
    const { views, store, manager } = this.#options;
    const latest = await store.latestLab(this.#learnerId);
    // What has been told meanwhile is newer.
    this.#lab ??= latest;
    this.#send({ type: 'hello', me: await views.me(this.#learnerId, this.#instructor) });
    const position = manager.queuePosition(this.#learnerId);
    if (position) this.#send({ type: 'queue', queue: { position } });
    await this.#watchMap();
  }

  async #receive(text: string, isBinary: boolean): Promise<void> {
    const parsed = isBinary ? undefined : eventRequest.safeParse(parseJson(text));
    if (!parsed?.success) {
      this.#socket.close(closeCodes.badFrame);
      return;
    }
    this.#viewing = parsed.data;
    this.#touch();
    await this.#view();
  }

  async #view(): Promise<void> {
    const { manager, checks, blocks } = this.#options;
    const lab = this.#lab;
    if (!this.#viewing || lab?.state !== 'ready') return;
    const { place, visible } = this.#viewing;
    await manager.setPlace(lab.id, place ?? undefined);
    if (place) await checks.view(lab.id, place, visible);
    else checks.leave(lab.id);
    if (place && visible) this.#run(blocks.openTerminals(lab.id, place));
    const last = checks.last(lab.id);
    if (last && place?.step === last.step && place.lesson === last.lesson) this.#send({ type: 'check', check: last });
  }

  #showLab(lab: LabRow): void {
    const before = this.#lab;
    this.#lab = lab;
    const view: LabView = this.#options.manager.view(lab);
    this.#send({ type: 'lab', lab: view });
    const isFresh = before?.id !== lab.id || before.state !== lab.state || before.generation !== lab.generation;
    if (!isFresh) return;
    this.#run(this.#watchMap());
    if (lab.state === 'ready') this.#run(this.#view());
  }

  /** The sandbox whose map is wanted. */
  get #mapKey(): string {
    const lab = this.#lab;
    return lab?.state === 'ready' ? `${lab.id} ${lab.generation}` : '';
  }

  async #watchMap(): Promise<void> {
    const lab = this.#lab;
    const key = this.#mapKey;
    if (this.#unwatch?.key === key) return;
    this.#unwatch?.stop();
    this.#unwatch = undefined;
    if (!lab || !key) return;
    const { sandbox } = await this.#options.manager.ready(lab.id);
    // Asked for twice, reset, or gone meanwhile.
    if (this.#unwatch || key !== this.#mapKey || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#unwatch = { key, stop: this.#options.maps.watch(lab, sandbox.engineRef) };
    // Changes that come from now on are to what is known now.
    const known = this.#options.maps.map(lab.id);
    const whole = known && mapDifference(undefined, known);
    if (whole) this.#sendMap(lab.id, whole);
  }

  #sendMap(lab: string, change: MapChange): void {
    this.#send({ type: 'map', lab, change });
  }

  #touch(): void {
    if (this.#viewing?.visible && this.#lab) this.#run(this.#options.manager.touch(this.#lab.id));
  }

  #send(message: EventMessage): void {
    sendTo(this.#socket, JSON.stringify(message));
  }

  /** What fails here has no request to answer: the page learns of it by the lab's state. */
  #run(action: Promise<void>): void {
    action.catch((error: Error) =>
      this.#options.log.debug({ learner: this.#learnerId, error: error.message }, 'event socket'),
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
