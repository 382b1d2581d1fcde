import type { LabState } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';

/** The learner has a live lab of another kind. */
export class OtherLabError extends Error {
  readonly specId: string;

  constructor(specId: string) {
    super(`a lab of kind ${specId} is running`);
    this.specId = specId;
  }
}
export class UnknownLabError extends Error {}
export class LabEndedError extends Error {}
export class LabNotReadyError extends Error {}
/** The platform is going away and gives no more labs. */
export class ClosingError extends Error {}
/** The lab has reached its hard end. */
export class ExtendLimitError extends Error {}

/** Where a lab may go from where it is; a reset takes `ready` back to `starting`. */
export const labTransitions: Record<LabState, readonly LabState[]> = {
  starting: ['ready', 'ending'],
  ready: ['starting', 'ending'],
  ending: ['ended'],
  ended: [],
};

/** The states from which a lab may enter `to`. */
export function statesBefore(to: LabState): LabState[] {
  return (Object.keys(labTransitions) as LabState[]).filter((from) => labTransitions[from].includes(to));
}

export const liveStates = ['starting', 'ready'] as const satisfies readonly LabState[];

/** Specs of one shape are served by the same pool. */
export function shapeOf(spec: LabSpec): string {
  const { memory, cpus, pids, disk } = spec.limits;
  return [spec.image, spec.egress ? 'egress' : '', memory, cpus, pids, disk.tmpfs]
    .filter((part) => part !== '')
    .join(':');
}
