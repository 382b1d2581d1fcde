import { randomBytes } from 'node:crypto';
import { parseSigned, serializeSigned } from 'hono/utils/cookie';
import type { Links } from '../instructors/links.ts';
import type { Who } from '../instructors/rights.ts';
import type { LearnerRow, Store } from '../store/store.ts';

const yearSeconds = 365 * 24 * 3600;

/** Cookies: an anonymous learner, signed; an instructor's session. Their names hold the install's id, because cookies know no ports. */
export class Sessions {
  readonly #store: Store;
  readonly #links: Links;
  readonly #secure: boolean;

  constructor(options: { store: Store; links: Links; secure: boolean }) {
    this.#store = options.store;
    this.#links = options.links;
    this.#secure = options.secure;
  }

  /** Who a request with this Cookie header comes from; undefined when it belongs to no learner that we know. */
  async who(cookies: string | undefined): Promise<Who | undefined> {
    const learnerId = await this.#read(cookies, 'learner');
    if (!learnerId || !(await this.#store.learner(learnerId))) return undefined;
    const secret = await this.instructorSecret(cookies);
    return { learnerId, instructor: secret !== undefined && (await this.#links.isInstructor(secret)) };
  }

  async instructorSecret(cookies: string | undefined): Promise<string | undefined> {
    return await this.#read(cookies, 'instructor');
  }

  /** Makes an anonymous learner. */
  async createLearner(): Promise<LearnerRow> {
    return await this.#store.createLearner(randomBytes(9).toString('base64url'), Date.now());
  }

  /** Value of Set-Cookie that makes a browser the learner's. */
  async learnerCookie(learnerId: string): Promise<string> {
    return await this.#write('learner', learnerId, yearSeconds);
  }

  /** Value of Set-Cookie for an instructor's session; without a secret it ends one. */
  async instructorCookie(secret: string | undefined, expiresAt = 0): Promise<string> {
    const seconds = secret ? Math.max(0, Math.floor((expiresAt - Date.now()) / 1000)) : 0;
    return await this.#write('instructor', secret ?? 'none', seconds);
  }

  async #read(cookies: string | undefined, name: string): Promise<string | undefined> {
    const parsed = await parseSigned(cookies ?? '', this.#store.secret, this.#name(name));
    return parsed[this.#name(name)] || undefined;
  }

  #write(name: string, value: string, maxAge: number): Promise<string> {
    return serializeSigned(this.#name(name), value, this.#store.secret, {
      path: '/',
      httpOnly: true,
      sameSite: 'Lax',
      secure: this.#secure,
      maxAge,
    });
  }

  #name(name: string): string {
    return `matryoshka_${this.#store.installId}_${name}`;
  }
}
