import type { LabRow } from '../store/store.ts';

/** Who asks: a browser may be a learner's and an instructor's at once. */
export interface Who {
  learnerId: string;
  instructor: boolean;
}

const rights = {
  'lab.see': ['owner', 'instructor'],
  'lab.reset': ['owner', 'instructor'],
  'lab.extend': ['owner', 'instructor'],
  'lab.end': ['owner', 'instructor'],
  'lab.work': ['owner'],
  'terminal.see': ['owner', 'instructor'],
  'terminal.take': ['owner', 'instructor'],
  'recording.see': ['owner', 'instructor'],
} as const satisfies Record<string, readonly ('owner' | 'instructor')[]>;

export type Action = keyof typeof rights;

/** The one place that decides who may do what to a lab. */
export function may(who: Who, action: Action, lab: Pick<LabRow, 'learnerId'>): boolean {
  const allowed: readonly string[] = rights[action];
  return (
    (allowed.includes('owner') && who.learnerId === lab.learnerId) || (allowed.includes('instructor') && who.instructor)
  );
}

/** As whom somebody acts on a lab; his own lab is his even when he is an instructor. */
export function actorOf(who: Who, lab: Pick<LabRow, 'learnerId'>): 'learner' | 'instructor' {
  return who.learnerId === lab.learnerId ? 'learner' : 'instructor';
}
