import { loadavg } from 'node:os';
import { type Distribution, distribution } from './distribution.ts';

export interface Row extends Distribution {
  what: string;
  unit: 'ms' | 'MiB' | 'KiB' | 'MB/s' | 'lines' | '';
  /** Median over the median of the raw way in the same run. */
  ratio?: number;
  /** Load average of the last minute when it was taken: other people's work is in the figures, too. */
  load: number;
}

/** What was measured, beside the raw way of the same run. */
export function row(what: string, unit: Row['unit'], values: readonly number[], raw?: readonly number[]): Row {
  const own = distribution(values);
  const ratio = raw && Math.round((own.median / distribution(raw).median) * 100) / 100;
  const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
  return { what, unit, ...own, ...(ratio === undefined ? {} : { ratio }), load };
}
