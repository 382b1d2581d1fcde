import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stopSignal } from './stop-signal.mjs';
import { styleText } from './style-text.mjs';

/** A failure that a person can repair: what is wrong, and what to type. */
export class PhaseError extends Error {
  /**
   * @param {string} message
   * @param {string} [fix]
   */
  constructor(message, fix) {
    super(message);
    this.fix = fix;
  }
}

/** Thrown after a failure was already shown. */
export class ShownError extends Error {}

/** @typedef {{ log: () => number, note: (text: string) => void }} Phase `log` opens the phase's log when first asked */

const quietMilliseconds = 1000;

/** @param {number} milliseconds */
export const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Shows each phase with its name and time: a live line in a terminal, plain lines elsewhere. */
export class Phases {
  /** @type {{ name: string, ms: number }[]} */
  finished = [];

  /** How much of its log a failing phase shows. */
  shownLogLines = 15;

  /** @param {{ stream: NodeJS.WriteStream, logsDir: string, quiet?: boolean }} options quiet: silent unless it takes long */
  constructor({ stream, logsDir, quiet = false }) {
    this.stream = stream;
    this.logsDir = logsDir;
    this.quiet = quiet;
  }

  /**
   * @template T
   * @param {string} name
   * @param {(phase: Phase) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async run(name, work) {
    const log = new PhaseLog(join(this.logsDir, `${name.replaceAll(' ', '-')}.log`));
    const line = new LiveLine(this.stream, name, this.quiet);
    const started = Date.now();
    try {
      const result = await work({ log: () => log.open(), note: (text) => line.note(text) });
      const ms = Date.now() - started;
      line.end();
      this.finished.push({ name, ms });
      if (!this.quiet || ms > quietMilliseconds)
        this.#print(`${styleText('green', '✓', this.stream)} ${name}  ${seconds(ms)}${line.detail()}`);
      return result;
    } catch (error) {
      line.end();
      this.#print(`${styleText('red', '✗', this.stream)} ${name}  ${seconds(Date.now() - started)}`);
      this.#explain(error, log);
      throw new ShownError(name, { cause: error });
    } finally {
      log.close();
    }
  }

  /** @param {string} text */
  #print(text) {
    this.stream.write(`${text}\n`);
  }

  /**
   * @param {unknown} error
   * @param {PhaseLog} log
   */
  #explain(error, log) {
    if (stopSignal.aborted) return this.#print('  Stopped. The next start goes on from here.');
    const message = error instanceof Error ? error.message : String(error);
    const lines = [message];
    if (log.isOpen) lines.push(`Log: ${log.file}`, ...log.lastLines(this.shownLogLines).map((line) => `  | ${line}`));
    if (error instanceof PhaseError && error.fix) lines.push(`Fix: ${error.fix}`);
    for (const line of lines.join('\n').split('\n')) this.#print(`  ${line}`);
  }
}

class PhaseLog {
  /** @type {number | undefined} */
  #descriptor;

  /** @param {string} file */
  constructor(file) {
    this.file = file;
  }

  get isOpen() {
    return this.#descriptor !== undefined;
  }

  open() {
    if (this.#descriptor !== undefined) return this.#descriptor;
    try {
      mkdirSync(join(this.file, '..'), { recursive: true });
      this.#descriptor = openSync(this.file, 'w');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PhaseError(
        `The log ${this.file} cannot be written: ${reason}.`,
        'make that folder writable, or set LAB_DATA_DIR to a folder that is.',
      );
    }
    return this.#descriptor;
  }

  /** @param {number} count */
  lastLines(count) {
    return readFileSync(this.file, 'utf8')
      .trimEnd()
      .split('\n')
      .filter(Boolean)
      .slice(count === 0 ? Number.POSITIVE_INFINITY : -count);
  }

  close() {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

class LiveLine {
  #started = Date.now();
  #text = '';
  #shown = false;
  #timer;

  /**
   * @param {NodeJS.WriteStream} stream
   * @param {string} name
   * @param {boolean} quiet
   */
  constructor(stream, name, quiet) {
    this.stream = stream;
    this.name = name;
    this.quiet = quiet;
    this.#timer = stream.isTTY ? setInterval(() => this.#draw(), 100) : undefined;
  }

  /** @param {string} text what is being done just now */
  note(text) {
    this.#text = text;
  }

  /** What was noted last stays beside the finished phase. */
  detail() {
    return this.#text ? styleText('dim', `  ${this.#text}`, this.stream) : '';
  }

  #draw() {
    const elapsed = Date.now() - this.#started;
    if (this.quiet && elapsed < quietMilliseconds) return;
    const frame = frames[Math.floor(elapsed / 100) % frames.length];
    const line = `${frame} ${this.name}  ${Math.floor(elapsed / 1000)} s  ${this.#text}`;
    this.stream.write(`\r\x1b[2K${line.slice(0, Math.max(20, (this.stream.columns || 80) - 1))}`);
    this.#shown = true;
  }

  end() {
    clearInterval(this.#timer);
    if (this.#shown) this.stream.write('\r\x1b[2K');
  }
}
