import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { LabState, Place, StepProgress, Verdict } from '../../shared/api.ts';
import {
  type LabRow,
  type LearnerRow,
  type LinkKind,
  LiveLabError,
  NewerSchemaError,
  type SandboxRow,
  type SandboxState,
  type Store,
  type StoredVerdict,
  StoreError,
} from './store.ts';

/** How long a writer waits for another process's transaction (the command line beside the server). */
const busyTimeoutMs = 5000;

const migrationsFolder = join(import.meta.dirname, 'migrations');

/** Property of a row → column. The one place where the two names meet. */
const labColumns = {
  id: 'id',
  learnerId: 'learner_id',
  specId: 'spec_id',
  state: 'state',
  generation: 'generation',
  isolation: 'isolation',
  verdictId: 'verdict_id',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
  maxExpiresAt: 'max_expires_at',
  lastActiveAt: 'last_active_at',
  endedBecause: 'ended_because',
  endedBy: 'ended_by',
  endedAt: 'ended_at',
  failure: 'failure',
} as const;
const sandboxColumns = {
  id: 'id',
  purpose: 'purpose',
  labId: 'lab_id',
  generation: 'generation',
  shape: 'shape',
  state: 'state',
  engineRef: 'engine_ref',
  createdAt: 'created_at',
  leaseUntil: 'lease_until',
  lastOutput: 'last_output',
} as const;

type Row = Record<string, SQLInputValue>;

/**
 * The store in one SQLite file (WAL), or in memory for `:memory:`.
 *
 * @throws {StoreError} when the file cannot be opened, {NewerSchemaError} when newer code wrote it.
 */
export function openSqliteStore(file: string): Store {
  try {
    return new SqliteStore(file);
  } catch (error) {
    if (error instanceof NewerSchemaError) throw error;
    throw new StoreError(`The database ${file} cannot be opened: ${(error as Error).message}`, { cause: error });
  }
}

class SqliteStore implements Store {
  readonly installId: string;
  readonly secret: string;
  readonly #db: DatabaseSync;

  constructor(file: string) {
    if (file !== ':memory:') closeToOthers(file);
    this.#db = new DatabaseSync(file, { timeout: busyTimeoutMs });
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
    migrate(this.#db);
    this.installId = this.#fact('install', () => randomBytes(4).toString('hex'));
    this.secret = this.#fact('secret', () => randomBytes(32).toString('base64url'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#db.close();
  }

  async probe(): Promise<void> {
    this.#run(
      "INSERT INTO facts VALUES ('probe', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      `${Date.now()}`,
    );
  }

  async createLearner(id: string, now: number): Promise<LearnerRow> {
    const row = this.#get(
      'INSERT INTO learners (id, number, created_at) SELECT ?, coalesce(max(number), 0) + 1, ? FROM learners RETURNING *',
      id,
      now,
    );
    return toLearner(row as Row);
  }

  async learner(id: string): Promise<LearnerRow | undefined> {
    const row = this.#get('SELECT * FROM learners WHERE id = ?', id);
    return row && toLearner(row);
  }

  async nameLearner(id: string, name: string): Promise<void> {
    this.#run('UPDATE learners SET name = ? WHERE id = ?', name, id);
  }

  async insertLab(lab: LabRow): Promise<void> {
    const { place, ...columns } = lab;
    try {
      this.#insert('labs', { ...rename(columns, labColumns), ...placeColumns(place) });
    } catch (error) {
      if (/UNIQUE.*labs\.learner_id/.test((error as Error).message)) throw new LiveLabError(lab.learnerId);
      throw error;
    }
  }

  async lab(id: string): Promise<LabRow | undefined> {
    const row = this.#get('SELECT * FROM labs WHERE id = ?', id);
    return row && toLab(row);
  }

  async latestLab(learnerId: string): Promise<LabRow | undefined> {
    const row = this.#get(
      "SELECT * FROM labs WHERE learner_id = ? ORDER BY state = 'ended', created_at DESC, rowid DESC LIMIT 1",
      learnerId,
    );
    return row && toLab(row);
  }

  async labsIn(states: readonly LabState[]): Promise<LabRow[]> {
    return this.#all(`SELECT * FROM labs WHERE state IN (${marks(states)}) ORDER BY created_at`, ...states).map(toLab);
  }

  async changeLab(...[id, expected, change]: Parameters<Store['changeLab']>): Promise<boolean> {
    const { place, ...columns } = change;
    const set = { ...rename(columns, labColumns), ...('place' in change ? placeColumns(place) : {}) };
    const generation = expected.generation === undefined ? [] : [expected.generation];
    return this.#change(
      'labs',
      set,
      `id = ? AND state IN (${marks(expected.states)})${generation.length ? ' AND generation = ?' : ''}`,
      [id, ...expected.states, ...generation],
    );
  }

  async insertSandbox(sandbox: SandboxRow): Promise<void> {
    this.#insert('sandboxes', rename(sandbox, sandboxColumns));
  }

  async sandboxesIn(states: readonly SandboxState[]): Promise<SandboxRow[]> {
    return this.#all(`SELECT * FROM sandboxes WHERE state IN (${marks(states)}) ORDER BY created_at`, ...states).map(
      toSandbox,
    );
  }

  async sandboxOf(labId: string): Promise<SandboxRow | undefined> {
    const row = this.#get(
      "SELECT * FROM sandboxes WHERE lab_id = ? AND state IN ('creating', 'ready') ORDER BY generation DESC LIMIT 1",
      labId,
    );
    return row && toSandbox(row);
  }

  async takePooled(shape: string, labId: string, generation: number): Promise<SandboxRow | undefined> {
    const row = this.#get(
      `UPDATE sandboxes SET purpose = 'lab', lab_id = ?, generation = ?
       WHERE purpose = 'pool' AND state = 'ready' AND id =
         (SELECT id FROM sandboxes WHERE purpose = 'pool' AND state = 'ready' AND shape = ? ORDER BY created_at LIMIT 1)
       RETURNING *`,
      labId,
      generation,
      shape,
    );
    return row && toSandbox(row);
  }

  async changeSandbox(...[id, expected, change]: Parameters<Store['changeSandbox']>): Promise<boolean> {
    return this.#change('sandboxes', rename(change, sandboxColumns), `id = ? AND state IN (${marks(expected)})`, [
      id,
      ...expected,
    ]);
  }

  async verdict(subject: string): Promise<StoredVerdict | undefined> {
    const row = this.#get('SELECT * FROM verdicts WHERE subject = ?', subject);
    return row && { id: row.id as number, verdict: JSON.parse(row.body as string) };
  }

  async keepVerdict(subject: string, verdict: Verdict): Promise<number> {
    const row = this.#get(
      `INSERT INTO verdicts (subject, body) VALUES (?, ?)
       ON CONFLICT (subject) DO UPDATE SET body = excluded.body RETURNING id`,
      subject,
      JSON.stringify(verdict),
    );
    return row?.id as number;
  }

  async progress(learnerId: string): Promise<StepProgress[]> {
    return this.#all('SELECT * FROM progress WHERE learner_id = ?', learnerId).map(toProgress);
  }

  async stepProgress(learnerId: string, place: Place) {
    const row = this.#get(
      'SELECT * FROM progress WHERE learner_id = ? AND lesson_id = ? AND step_id = ?',
      learnerId,
      place.lesson,
      place.step,
    );
    return row && toProgress(row);
  }

  async recordProgress(...[learnerId, place, now, change]: Parameters<Store['recordProgress']>): Promise<StepProgress> {
    const row = this.#get(
      `INSERT INTO progress (learner_id, lesson_id, step_id, entered_at, passed_at, tries, hints, solution_seen, prediction, answers)
       VALUES (:learner, :lesson, :step, :now, :passedAt, :triesMore, :hints, :solutionSeen, :prediction, :answers)
       ON CONFLICT DO UPDATE SET
         passed_at = coalesce(passed_at, excluded.passed_at),
         tries = tries + excluded.tries,
         hints = max(hints, excluded.hints),
         solution_seen = max(solution_seen, excluded.solution_seen),
         prediction = coalesce(prediction, excluded.prediction),
         answers = json_patch(answers, excluded.answers)
       RETURNING *`,
      {
        learner: learnerId,
        lesson: place.lesson,
        step: place.step,
        now,
        passedAt: change.passedAt ?? null,
        triesMore: change.triesMore ?? 0,
        hints: change.hints ?? 0,
        solutionSeen: change.solutionSeen ? 1 : 0,
        prediction: change.prediction ?? null,
        answers: JSON.stringify(change.answers ?? {}),
      },
    );
    return toProgress(row as Row);
  }

  async insertLink(link: Parameters<Store['insertLink']>[0]): Promise<void> {
    this.#insert('links', {
      token_hash: link.tokenHash,
      kind: link.kind,
      learner_id: link.learnerId ?? null,
      created_at: link.createdAt,
      expires_at: link.expiresAt,
    });
  }

  async useLink(tokenHash: string, kind: LinkKind, now: number) {
    const row = this.#get(
      `UPDATE links SET used_at = ? WHERE token_hash = ? AND kind = ? AND expires_at > ?
       AND (used_at IS NULL OR kind = 'resume') RETURNING learner_id`,
      now,
      tokenHash,
      kind,
      now,
    );
    return row && { learnerId: (row.learner_id as string | null) ?? undefined };
  }

  async insertInstructorSession(session: Parameters<Store['insertInstructorSession']>[0]): Promise<void> {
    this.#insert('instructor_sessions', {
      token_hash: session.tokenHash,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
    });
  }

  async isInstructorSession(tokenHash: string, now: number): Promise<boolean> {
    return (
      this.#get('SELECT 1 FROM instructor_sessions WHERE token_hash = ? AND expires_at > ?', tokenHash, now) !==
      undefined
    );
  }

  async deleteInstructorSession(tokenHash: string): Promise<void> {
    this.#run('DELETE FROM instructor_sessions WHERE token_hash = ?', tokenHash);
  }

  #fact(name: string, make: () => string): string {
    this.#run('INSERT INTO facts VALUES (?, ?) ON CONFLICT DO NOTHING', name, make());
    return this.#get('SELECT value FROM facts WHERE name = ?', name)?.value as string;
  }

  #insert(table: string, row: Row): void {
    const names = Object.keys(row);
    this.#run(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks(names)})`, ...Object.values(row));
  }

  #change(table: string, set: Row, where: string, args: SQLInputValue[]): boolean {
    const assignments = Object.keys(set).map((name) => `${name} = ?`);
    return (
      this.#run(`UPDATE ${table} SET ${assignments.join(', ')} WHERE ${where}`, ...Object.values(set), ...args) === 1
    );
  }

  #run(sql: string, ...args: SQLInputValue[]): number {
    return told(() => Number(this.#db.prepare(sql).run(...args).changes));
  }

  #get(sql: string, ...args: SQLInputValue[] | [Record<string, SQLInputValue>]): Row | undefined {
    // Not `.get()`: with RETURNING it stops at the row, and what the commit then says (a full disk) is never heard.
    return told(() => this.#db.prepare(sql).all(...(args as SQLInputValue[])) as Row[])[0];
  }

  #all(sql: string, ...args: SQLInputValue[]): Row[] {
    return told(() => this.#db.prepare(sql).all(...args) as Row[]);
  }
}

/** The file holds the key that signs cookies: who reads it is any learner. SQLite gives the files beside it its mode. */
function closeToOthers(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  for (const each of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(each)) chmodSync(each, 0o600);
}

/** SQLITE_CONSTRAINT: the row is refused, the database is well. */
const constraintCode = 19;

/** Does what asks the database; a database that cannot be used is told as the port promises. */
function told<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    // The low byte of an extended code is the reason.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === constraintCode) throw error;
    throw new StoreError(`The database cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

/** Applies `0001-….sql` and following, each in a transaction; `user_version` is the number of the last one. */
function migrate(db: DatabaseSync): void {
  const files = readdirSync(migrationsFolder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort();
  const version = () => (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version() > files.length) {
    throw new NewerSchemaError(
      `The database has schema ${version()}, this version knows ${files.length}: start the newer version, or use another LAB_DATA_DIR.`,
    );
  }
  for (const [index, name] of files.entries()) {
    // Two processes may open a new folder at once: the version is read again under the write lock.
    db.exec('BEGIN IMMEDIATE');
    try {
      if (version() === index)
        db.exec(`${readFileSync(join(migrationsFolder, name), 'utf8')}; PRAGMA user_version = ${index + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

function rename(row: object, columns: Record<string, string>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([property, value]) => [columns[property] as string, (value ?? null) as SQLInputValue]),
  );
}

function placeColumns(place: Place | undefined): Row {
  return { lesson_id: place?.lesson ?? null, step_id: place?.step ?? null };
}

function restore<T>(row: Row, columns: Record<string, string>): T {
  return Object.fromEntries(
    Object.entries(columns).map(([property, column]) => [property, row[column] ?? undefined]),
  ) as T;
}

function toLearner(row: Row): LearnerRow {
  return { id: row.id as string, number: row.number as number, name: (row.name as string | null) ?? undefined };
}

function toLab(row: Row): LabRow {
  const { lesson_id: lesson, step_id: step } = row as { lesson_id: string | null; step_id: string | null };
  return { ...restore<LabRow>(row, labColumns), place: lesson && step ? { lesson, step } : undefined };
}

function toSandbox(row: Row): SandboxRow {
  return restore<SandboxRow>(row, sandboxColumns);
}

function toProgress(row: Row): StepProgress {
  return {
    lesson: row.lesson_id as string,
    step: row.step_id as string,
    enteredAt: row.entered_at as number,
    ...(row.passed_at === null ? {} : { passedAt: row.passed_at as number }),
    tries: row.tries as number,
    hints: row.hints as number,
    solutionSeen: row.solution_seen === 1,
    ...(row.prediction === null ? {} : { prediction: row.prediction as string }),
    answers: JSON.parse(row.answers as string),
  };
}
