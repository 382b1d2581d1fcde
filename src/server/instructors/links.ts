import { createHash, randomBytes } from 'node:crypto';
import type { Store } from '../store/store.ts';

const hour = 3_600_000;
/** An instructor's link is opened right after the start, or asked for again. */
const instructorLinkMs = 24 * hour;
const instructorSessionMs = 12 * hour;
/** A learner comes back within a course, not within a life. */
const resumeLinkMs = 180 * 24 * hour;

/** A link that is unknown, used up, or expired. */
export class BadLinkError extends Error {}

/** Secret links and what they are exchanged for. Only hashes are stored. */
export class Links {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Token of a link that makes one browser the instructor's. */
  async instructorToken(): Promise<string> {
    return await this.#mint('instructor', instructorLinkMs);
  }

  /** Token of a link that lets the learner continue in another browser. */
  async resumeToken(learnerId: string): Promise<string> {
    return await this.#mint('resume', resumeLinkMs, learnerId);
  }

  /** Exchanges an instructor's token for a session secret. @throws {BadLinkError} */
  async enterAsInstructor(token: string): Promise<{ secret: string; expiresAt: number }> {
    const now = Date.now();
    if (!(await this.#store.useLink(hash(token), 'instructor', now))) throw new BadLinkError('instructor');
    const secret = newSecret();
    const expiresAt = now + instructorSessionMs;
    await this.#store.insertInstructorSession({ tokenHash: hash(secret), createdAt: now, expiresAt });
    return { secret, expiresAt };
  }

  async isInstructor(secret: string): Promise<boolean> {
    return await this.#store.isInstructorSession(hash(secret), Date.now());
  }

  async leaveAsInstructor(secret: string): Promise<void> {
    await this.#store.deleteInstructorSession(hash(secret));
  }

  /** The learner of a resume link. @throws {BadLinkError} */
  async resume(token: string): Promise<string> {
    const link = await this.#store.useLink(hash(token), 'resume', Date.now());
    if (!link?.learnerId) throw new BadLinkError('resume');
    return link.learnerId;
  }

  async #mint(kind: 'instructor' | 'resume', life: number, learnerId?: string): Promise<string> {
    const token = newSecret();
    const now = Date.now();
    const owner = learnerId ? { learnerId } : {};
    await this.#store.insertLink({ tokenHash: hash(token), kind, createdAt: now, expiresAt: now + life, ...owner });
    return token;
  }
}

function newSecret(): string {
  return randomBytes(24).toString('base64url');
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
