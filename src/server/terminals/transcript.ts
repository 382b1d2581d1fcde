import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { restartJump } from '../../shared/terminal-protocol.ts';
import { Scrollback } from './scrollback.ts';

/** Bytes kept per terminal, in memory and on disk. */
export const scrollbackBytes = 2 ** 20;

const header = z.object({
  generation: z.int(),
  name: z.string(),
  level: z.int(),
  chain: z.array(z.string()),
  label: z.string().optional(),
  /** Its place among the lab's terminals. */
  position: z.int(),
  start: z.int(),
  /** What the first byte is printed in, Latin-1. */
  modes: z.string(),
});
export type TranscriptHeader = Omit<z.infer<typeof header>, 'start' | 'modes'>;

interface Kept {
  terminal: TranscriptHeader;
  scrollback: Scrollback;
}

/** Terminals' output on disk, one file per terminal: a line of JSON, then the bytes of the scrollback. */
export class Transcripts {
  readonly #folder: string;
  /** The last thing that is being done to a lab's files; the next one waits for it. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  save(labId: string, terminal: TranscriptHeader, scrollback: Scrollback): Promise<void> {
    return this.#inTurn(labId, () => this.#save(labId, terminal, scrollback));
  }

  async #save(labId: string, terminal: TranscriptHeader, scrollback: Scrollback): Promise<void> {
    const folder = join(this.#folder, labId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, terminal.name);
    const { offset, modes } = scrollback.markFrom(scrollback.start);
    const head = `${JSON.stringify({ ...terminal, start: offset, modes: Buffer.from(modes).toString('latin1') })}\n`;
    const body = scrollback.read(offset, scrollbackBytes);
    await writeFile(`${file}.new`, Buffer.concat([Buffer.from(head), body]));
    await rename(`${file}.new`, file);
  }

  /**
   * What was kept of the lab's terminals in that generation. What was printed after the last save is not known, so the
   * offsets begin anew behind every one that a viewer can have seen: to him everything is a gap, then replay. Terminals
   * whose file is damaged begin anew; of them only the names are known.
   */
  async load(labId: string, generation: number): Promise<{ kept: Kept[]; damaged: string[] }> {
    const folder = join(this.#folder, labId);
    const names = await readdir(folder).catch(() => []);
    const kept: Kept[] = [];
    const damaged: string[] = [];
    for (const name of names.filter((entry) => !entry.endsWith('.new'))) {
      const bytes = await readFile(join(folder, name));
      const end = bytes.indexOf('\n');
      const head = readHeader(bytes.subarray(0, Math.max(end, 0)));
      if (!head) damaged.push(name);
      if (head?.generation !== generation) continue;
      const { start, modes, ...terminal } = head;
      const scrollback = new Scrollback(scrollbackBytes, start + restartJump, Buffer.from(modes, 'latin1'));
      scrollback.append(bytes.subarray(end + 1));
      kept.push({ terminal, scrollback });
    }
    return { kept: kept.sort((a, b) => a.terminal.position - b.terminal.position), damaged };
  }

  removeOne(labId: string, name: string): Promise<void> {
    return this.#inTurn(labId, () => rm(join(this.#folder, labId, name), { force: true }));
  }

  remove(labId: string): Promise<void> {
    return this.#inTurn(labId, () => rm(join(this.#folder, labId), { recursive: true, force: true }));
  }

  #inTurn(labId: string, action: () => Promise<void>): Promise<void> {
    const before = this.#last.get(labId) ?? Promise.resolve();
    const done = before.catch(() => undefined).then(action);
    const last = done.finally(() => {
      if (this.#last.get(labId) === last) this.#last.delete(labId);
    });
    // Whoever asked hears of a failure by `done`.
    last.catch(() => undefined);
    this.#last.set(labId, last);
    return done;
  }
}

/** Undefined for a file that is damaged. */
function readHeader(line: Buffer): z.infer<typeof header> | undefined {
  try {
    return header.safeParse(JSON.parse(line.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
