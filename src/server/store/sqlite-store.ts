import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { LabState, Place, StepProgress, Verdict } from '../../shared/api.ts';
import { migrate } from './migrate.ts';
import { ownFolder } from './own-folder.ts';
import { fromLab, fromSandbox, type Row, toLab, toLearner, toProgress, toSandbox } from './sqlite-rows.ts';
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
  readonly copyOf: string | undefined;
  readonly #db: DatabaseSync;

  constructor(file: string) {
    if (file !== ':memory:') closeToOthers(file);
    this.#db = new DatabaseSync(file, { timeout: busyTimeoutMs });
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
    migrate(this.#db);
    this.copyOf = file === ':memory:' ? undefined : ownFolder(this.#db, file);
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
    try {
      this.#insert('labs', fromLab(lab));
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
    const generation = expected.generation === undefined ? [] : [expected.generation];
    return this.#change(
      'labs',
      fromLab(change),
      `id = ? AND state IN (${marks(expected.states)})${generation.length ? ' AND generation = ?' : ''}`,
      [id, ...expected.states, ...generation],
    );
  }

  async insertSandbox(sandbox: SandboxRow): Promise<void> {
    this.#insert('sandboxes', fromSandbox(sandbox));
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
    return this.#change('sandboxes', fromSandbox(change), `id = ? AND state IN (${marks(expected)})`, [
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

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
