import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import type { RecordingView } from '../../shared/api.ts';
import type { PtySize } from './pty.ts';
import type { Scrollback } from './scrollback.ts';

/** Recordings that a lab keeps. */
export const maxRecordings = 10;
/** A recording ends by itself when it has this many bytes. */
export const maxRecordingBytes = 8 * 2 ** 20;
/** Room for the first line, which is written again when the length is known; spaces after JSON mean nothing. */
const headerBytes = 256;
/** One event; also what is read from the scrollback at once. */
const eventBytes = 64 * 1024;

/** The lab keeps as many recordings as it may. */
export class RecordingLimitError extends Error {}
export class UnknownRecordingError extends Error {}

const header = z.object({ timestamp: z.number(), duration: z.number(), terminal: z.string() });

/** A terminal being recorded as asciicast v2. It reads along in the scrollback, so that recording slows nobody. */
export class Recording {
  readonly startedAt = Date.now();
  readonly #begun = performance.now();
  readonly #file: FileHandle;
  readonly #head: object;
  readonly #scrollback: Scrollback;
  readonly #decoder = new StringDecoder('utf8');
  readonly #onFull: () => void;
  #next: number;
  #bytes = headerBytes;
  /** Everything that was written so far; a failure (full disk) comes out when it ends. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(options: {
    file: FileHandle;
    terminal: string;
    size: PtySize;
    scrollback: Scrollback;
    /** It has reached its largest size and takes nothing more. */
    onFull: () => void;
  }) {
    const { columns, rows } = options.size;
    this.#file = options.file;
    this.#scrollback = options.scrollback;
    this.#onFull = options.onFull;
    this.#next = options.scrollback.end;
    this.#head = {
      version: 2,
      width: columns,
      height: rows,
      timestamp: Math.floor(this.startedAt / 1000),
      env: { TERM: 'xterm-256color' },
      terminal: options.terminal,
    };
    this.#writeHead(0);
    this.#event('o', options.scrollback.markFrom(this.#next).modes);
  }

  /** Takes what was printed since the last time. */
  follow(): void {
    this.#next = Math.max(this.#next, this.#scrollback.start);
    while (this.#next < this.#scrollback.end) {
      const bytes = this.#scrollback.read(this.#next, eventBytes);
      this.#next += bytes.length;
      this.#event('o', bytes);
    }
  }

  resize({ columns, rows }: PtySize): void {
    this.#event('r', Buffer.from(`${columns}x${rows}`));
  }

  /** Takes the last, and writes the length into the first line. Throws what writing threw. */
  async end(): Promise<void> {
    this.follow();
    this.#writeHead(Math.round(this.#elapsed * 1000) / 1000);
    try {
      await this.#written;
    } finally {
      await this.#file.close();
    }
  }

  #writeHead(duration: number): void {
    this.#write(`${JSON.stringify({ ...this.#head, duration }).padEnd(headerBytes - 1)}\n`, 0);
  }

  #write(text: string, at: number): void {
    this.#written = this.#written.then(() => this.#file.write(text, at));
    // Whoever ends it hears of it.
    this.#written.catch(() => undefined);
  }

  get #elapsed(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  #event(kind: 'o' | 'r', bytes: Uint8Array): void {
    if (this.#bytes >= maxRecordingBytes) return;
    const line = `${JSON.stringify([Number(this.#elapsed.toFixed(6)), kind, this.#decoder.write(Buffer.from(bytes))])}\n`;
    this.#write(line, this.#bytes);
    this.#bytes += Buffer.byteLength(line);
    if (this.#bytes >= maxRecordingBytes) this.#onFull();
  }
}

/** Recordings on disk, a folder per lab. They end with their lab. */
export class Recordings {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws {RecordingLimitError} */
  async begin(
    labId: string,
    terminal: { name: string; size: PtySize; scrollback: Scrollback },
    onFull: () => void,
  ): Promise<Recording> {
    const folder = join(this.#folder, labId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const taken = new Set((await readdir(folder)).map((name) => name.split('.')[0]));
    if (taken.size >= maxRecordings) throw new RecordingLimitError(labId);
    let n = 1;
    while (taken.has(`${terminal.name}-${n}`)) n++;
    const { name, size, scrollback } = terminal;
    const file = await open(join(folder, `${name}-${n}.cast`), 'wx', 0o600);
    return new Recording({ file, terminal: name, size, scrollback, onFull });
  }

  async list(labId: string): Promise<RecordingView[]> {
    const names = await readdir(join(this.#folder, labId)).catch(() => []);
    const views = await Promise.all(
      names.filter((name) => name.endsWith('.cast')).map((name) => this.#view(labId, name)),
    );
    return views.filter((view) => view !== undefined).sort((a, b) => a.startedAt - b.startedAt);
  }

  /** @throws {UnknownRecordingError} */
  async path(labId: string, id: string): Promise<string> {
    const path = join(this.#folder, labId, `${id}.cast`);
    if (!(await stat(path).catch(() => undefined))) throw new UnknownRecordingError(id);
    return path;
  }

  /** @throws {UnknownRecordingError} */
  async remove(labId: string, id: string): Promise<void> {
    await rm(await this.path(labId, id));
  }

  async removeAll(labId: string): Promise<void> {
    await rm(join(this.#folder, labId), { recursive: true, force: true });
  }

  /** Undefined for a file that is damaged. */
  async #view(labId: string, name: string): Promise<RecordingView | undefined> {
    await using file = await open(join(this.#folder, labId, name));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    try {
      const { timestamp, duration, terminal } = header.parse(JSON.parse(buffer.toString('utf8', 0, bytesRead)));
      const { size, mtimeMs } = await file.stat();
      const startedAt = timestamp * 1000;
      return {
        id: name.replace(/\.cast$/, ''),
        terminal,
        startedAt,
        // One that a crash has ended, or that still runs, is as long as it was written to.
        duration: Math.round(duration * 1000 || Math.max(0, mtimeMs - startedAt)),
        bytes: size,
      };
    } catch {
      return undefined;
    }
  }
}
