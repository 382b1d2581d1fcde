import { EventEmitter } from 'node:events';
import type { Actor, CheckView, Place, StepProgress } from '../../shared/api.ts';
import type { EventMessage } from '../../shared/events.ts';
import type { MapChange } from '../../shared/map.ts';
import type { LabRow } from '../store/store.ts';

export type NoticeCode = Extract<EventMessage, { type: 'notice' }>['code'];

export interface Notice {
  code: NoticeCode;
  by: Actor;
  at: number;
  when?: number;
}

interface FeedEvents {
  /** A lab changed: state, generation, times, phases or terminals. */
  lab: [lab: LabRow];
  notice: [learnerId: string | undefined, notice: Notice];
  queue: [learnerId: string, position: number];
  check: [lab: LabRow, check: CheckView];
  progress: [learnerId: string, progress: StepProgress];
  /** Something in the lab may have changed what a check or the map sees. */
  stirred: [labId: string];
  map: [labId: string, change: MapChange];
  /** Which step a learner has on screen. */
  place: [labId: string, place: Place | undefined];
}

/** What happens in labs, for whoever shows or follows it. A notice without a learner is for everybody. */
export class Feed extends EventEmitter<FeedEvents> {
  constructor() {
    super();
    // One listener per open page: there is no number that would mean a leak.
    this.setMaxListeners(0);
  }

  /** Adds a listener and answers the function that removes it. */
  follow<K extends keyof FeedEvents>(name: K, listener: (...args: FeedEvents[K]) => void): () => void {
    this.on(name, listener as never);
    return () => this.off(name, listener as never);
  }
}
