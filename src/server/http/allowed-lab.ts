import { type Action, may, type Who } from '../instructors/rights.ts';
import { UnknownLabError } from '../labs/lab.ts';
import type { LabManager } from '../labs/lab-manager.ts';
import type { LabRow } from '../store/store.ts';

/** Answers the lab, if the one who asks may do that; to others it does not exist. */
export function allowedLab(manager: LabManager): (who: Who, id: string, action: Action) => Promise<LabRow> {
  return async (who, id, action) => {
    const lab = await manager.get(id);
    if (!may(who, action, lab)) throw new UnknownLabError(id);
    return lab;
  };
}
