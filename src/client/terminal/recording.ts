import { maxCells } from '../../shared/terminal-protocol.ts';

/** What a terminal printed, and when. */
export interface Recording {
  columns: number;
  rows: number;
  /** Seconds. */
  duration: number;
  events: readonly RecordedEvent[];
}
export interface RecordedEvent {
  /** Seconds since the beginning, never less than that of the event before. */
  at: number;
  /** Printed text, or a new size of the terminal. */
  kind: 'output' | 'size';
  data: string;
}

/** The file is not asciicast v2. */
export class RecordingError extends Error {}

/**
 * Reads asciicast v2: a line with the size, then a line per event. Input and markers are left out; a last line that
 * was cut off is, too. https://docs.asciinema.org/manual/asciicast/v2/
 *
 * @throws {RecordingError}
 */
export function parseRecording(text: string): Recording {
  const [first = '', ...lines] = text.split('\n');
  const { version, width, height } = (parsed(first) ?? {}) as Record<string, unknown>;
  if (version !== 2 || !isSize(width) || !isSize(height)) throw new RecordingError('no asciicast v2 header');
  let at = 0;
  const events = lines.flatMap((line): RecordedEvent[] => {
    const [time, code, data] = (parsed(line) ?? []) as unknown[];
    if (typeof time !== 'number' || typeof data !== 'string' || (code !== 'o' && code !== 'r')) return [];
    at = Math.max(at, time);
    return [{ at, kind: code === 'o' ? 'output' : 'size', data }];
  });
  return { columns: width, rows: height, duration: at, events };
}

/** `120x40` of a size event; nothing when it is no size. */
export function sizeOf({ data }: RecordedEvent): { columns: number; rows: number } | undefined {
  const [columns, rows] = data.split('x').map(Number);
  return isSize(columns) && isSize(rows) ? { columns, rows } : undefined;
}

/** What was printed, one piece after the other. */
export function printed({ events }: Recording): string {
  return events.map(({ kind, data }) => (kind === 'output' ? data : '')).join('');
}

/** Output without the sequences that color it and move the cursor. */
export function plainText(output: string): string {
  return (
    output
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])/g, '')
      .replace(/\r+\n/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      .replace(/[^\n]*\r|[\x00-\x08\x0b-\x1f\x7f]/g, '')
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maxCells;
}
