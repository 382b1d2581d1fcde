import { map as en } from './en/map.ts';
import { map as zh } from './zh/map.ts';

/** What maps say, for pages that are prerendered. */
export const mapTexts = { en, zh };
