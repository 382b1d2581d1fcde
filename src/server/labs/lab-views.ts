import type { InstructorLabView, LearnerView, MeView, ServerView } from '../../shared/api.ts';
import type { LabRow, LearnerRow, Store } from '../store/store.ts';
import type { Checks } from './checks.ts';
import type { LabManager } from './lab-manager.ts';

/** An ended lab is shown on the learner's page for this long, with its reason. */
const endedShownMs = 24 * 3_600_000;

interface Options {
  store: Store;
  manager: LabManager;
  checks: Checks;
  /** Of labs whose map somebody has open. */
  maps: { shape(labId: string): string | undefined };
  server: ServerView;
}

/** What learners and instructors see, put together from rows. */
export class LabViews {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async me(learnerId: string, instructor: boolean): Promise<MeView> {
    const { store, manager, server } = this.#options;
    const learner = await store.learner(learnerId);
    if (!learner) throw new RangeError(`no learner ${learnerId}`);
    const lab = await store.latestLab(learnerId);
    const shown = lab && (lab.state !== 'ended' || Date.now() - (lab.endedAt ?? 0) < endedShownMs);
    return {
      learner: learnerView(learner),
      ...(shown ? { lab: manager.view(lab) } : {}),
      progress: await store.progress(learnerId),
      server,
      instructor,
    };
  }

  async instructorLab(lab: LabRow): Promise<InstructorLabView> {
    const { store, manager, checks, maps } = this.#options;
    const learner = await store.learner(lab.learnerId);
    const lastCheck = checks.last(lab.id);
    const shape = maps.shape(lab.id);
    return {
      ...manager.view(lab),
      learner: learner ? learnerView(learner) : { id: lab.learnerId, number: 0 },
      ...(lab.place ? { place: lab.place } : {}),
      lastActiveAt: lab.lastActiveAt,
      ...(lastCheck ? { lastCheck } : {}),
      ...(shape === undefined ? {} : { shape }),
    };
  }

  async instructorLabs(): Promise<InstructorLabView[]> {
    const labs = await this.#options.store.labsIn(['starting', 'ready', 'ending']);
    return await Promise.all(labs.map((lab) => this.instructorLab(lab)));
  }
}

export function learnerView(learner: LearnerRow): LearnerView {
  return { id: learner.id, number: learner.number, ...(learner.name ? { name: learner.name } : {}) };
}
