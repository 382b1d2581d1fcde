import type { CheckView, LabView, LearnerView, MeView, Place, ServerView, StepProgress } from '../shared/api.ts';
import type { EventMessage, EventRequest } from '../shared/events.ts';
import { ask, sentenceOf } from './api.ts';
import { type LiveSocket, liveSocket } from './socket.ts';

type MapMessage = Extract<EventMessage, { type: 'map' }>;
export type Notice = Extract<EventMessage, { type: 'notice' }>;

/** What this page knows of its learner, his lab and the server. Elements read it and are told when it changes. */
class Session {
  learner: LearnerView | undefined;
  lab: LabView | undefined;
  server: ServerView | undefined;
  /** Place in the queue while the learner waits for a lab. */
  queued: number | undefined;
  /** Containers from L1 to where the terminal on screen stands; unknown while there is none. */
  standsIn: readonly string[] | undefined;
  /** Name of the terminal on screen. */
  terminal: string | undefined;
  isInstructor = false;
  /** Why the server could not be asked, if so. */
  failure: string | undefined;
  /** When the lost event socket is tried again. */
  retryAt: number | undefined;

  #progress = new Map<string, StepProgress>();
  #checks = new Map<string, CheckView>();
  #listeners = new Set<() => void>();
  #noticeListeners = new Set<(notice: Notice) => void>();
  #arriving: Promise<void> | undefined;
  #socket: LiveSocket<EventRequest> | undefined;
  #viewing: EventRequest | undefined;
  #liveMap: Promise<typeof import('./map/live-map.ts')> | undefined;

  /** Calls back after every change; the returned function ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onNotice(listener: (notice: Notice) => void): void {
    this.#noticeListeners.add(listener);
  }

  /**
   * Asks the server who we are, which also creates the learner's cookie; then listens when asked to. Whatever needs
   * the cookie waits for this. Asked twice at once, it asks the server once.
   */
  async connect(live: boolean): Promise<void> {
    this.#arriving ??= this.#arrive().finally(() => {
      this.#arriving = undefined;
    });
    await this.#arriving;
    if (live && !this.failure) this.#socket ??= this.#listen();
  }

  async #arrive(): Promise<void> {
    try {
      this.#welcome(await ask<MeView>('GET', 'me'));
      this.failure = undefined;
    } catch (error) {
      this.failure = sentenceOf(error);
    }
    this.changed();
  }

  /** This browser's learner has begun something. */
  get hasBegun(): boolean {
    return this.lab !== undefined || this.#progress.size > 0;
  }

  get allProgress(): StepProgress[] {
    return [...this.#progress.values()];
  }

  progress(lesson: string, step: string): StepProgress | undefined {
    return this.#progress.get(`${lesson}/${step}`);
  }

  check(lesson: string, step: string): CheckView | undefined {
    return this.#checks.get(`${lesson}/${step}`);
  }

  /** Tells the server which step is on screen, so that it prepares and checks it. */
  view(place: Place | null, visible: boolean): void {
    this.#viewing = { type: 'viewing', place, visible };
    this.#socket?.send(this.#viewing);
  }

  keepProgress(progress: StepProgress): void {
    this.#progress.set(`${progress.lesson}/${progress.step}`, progress);
    this.changed();
  }

  keepCheck(check: CheckView): void {
    this.#checks.set(`${check.lesson}/${check.step}`, check);
    this.changed();
  }

  keepLab(lab: LabView): void {
    if (lab.id !== this.lab?.id || lab.generation !== this.lab.generation || lab.state === 'ended')
      this.#checks.clear();
    this.lab = lab;
    this.queued = undefined;
    this.changed();
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #listen(): LiveSocket<EventRequest> {
    return liveSocket<EventMessage, EventRequest>('/ws/events', {
      open: () => {
        this.retryAt = undefined;
        this.failure = undefined;
        if (this.#viewing) this.#socket?.send(this.#viewing);
        this.changed();
      },
      message: (message) => this.#take(message),
      lost: (retryAt) => {
        this.retryAt = retryAt;
        this.changed();
        // A server that has lost its data knows our cookie no more and gives a new one.
        ask('GET', 'me').catch(() => undefined);
      },
    });
  }

  #take(message: EventMessage): void {
    switch (message.type) {
      case 'hello':
        this.#welcome(message.me);
        break;
      case 'lab':
        this.keepLab(message.lab);
        break;
      case 'queue':
        this.queued = message.queue.position;
        break;
      case 'check':
        this.keepCheck(message.check);
        break;
      case 'progress':
        this.keepProgress(message.progress);
        break;
      case 'map':
        // Most pages show no map: what keeps it is loaded with the first word of it.
        this.#takeMap(message, this.lab);
        return;
      case 'notice':
        for (const listener of this.#noticeListeners) listener(message);
    }
    this.changed();
  }

  #takeMap(message: MapMessage, lab: LabView | undefined): void {
    // One promise for all, so that changes are taken in their order.
    this.#liveMap ??= import('./map/live-map.ts');
    void this.#liveMap.then(({ liveMap }) => {
      liveMap.take(message, lab);
      this.changed();
    });
  }

  #welcome(me: MeView): void {
    this.learner = me.learner;
    this.server = me.server;
    this.isInstructor = me.instructor;
    this.#progress = new Map(me.progress.map((each) => [`${each.lesson}/${each.step}`, each]));
    if (me.lab) this.keepLab(me.lab);
    else if (this.lab && this.lab.state !== 'ended') this.lab = undefined;
  }
}

/** The one session of this page. */
export const session = new Session();
