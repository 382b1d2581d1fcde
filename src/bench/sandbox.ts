import type { Core } from '../server/app.ts';
import { benchClassroom } from './classroom.ts';
import { benchCrowd } from './crowd.ts';
import { benchFootprint } from './footprint.ts';
import { benchLeaks } from './leaks.ts';
import { benchLives } from './lives.ts';
import { benchNeighbours } from './neighbours.ts';
import { runParts } from './parts.ts';

const parts = {
  lives: benchLives,
  footprint: benchFootprint,
  crowd: benchCrowd,
  classroom: benchClassroom,
  neighbours: benchNeighbours,
  leaks: benchLeaks,
};

/** What a sandbox costs, each figure beside the raw engine's of the same run; all parts, or those that are named. */
export const benchSandbox = (core: Core, named: readonly string[]) => runParts(core, parts, named);
