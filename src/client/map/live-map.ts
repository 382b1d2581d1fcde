import type { LabView } from '../../shared/api.ts';
import type { EventMessage } from '../../shared/events.ts';
import type { MapHost } from '../../shared/map.ts';
import { changedMap } from '../../shared/map-tree.ts';

type MapMessage = Extract<EventMessage, { type: 'map' }>;

/** The map of this page's lab, put together from what the server tells. */
class LiveMap {
  #map: MapHost | undefined;
  #of = '';

  /** Undefined until the first look at this generation of the lab. */
  of(lab: LabView | undefined): MapHost | undefined {
    return this.#of === idOf(lab) ? this.#map : undefined;
  }

  take({ lab, change }: MapMessage, current: LabView | undefined): void {
    if (lab !== current?.id) return;
    this.#map = changedMap(this.of(current), change);
    this.#of = idOf(current);
  }
}

function idOf(lab: LabView | undefined): string {
  return lab ? `${lab.id} ${lab.generation}` : '';
}

export const liveMap = new LiveMap();
