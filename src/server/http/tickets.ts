import { randomBytes } from 'node:crypto';

const lifeMs = 30_000;

export interface TicketUse {
  learnerId: string;
  labId: string;
  terminal: string;
}

/** One-time tickets for attaching a terminal: bound to learner, lab, and terminal; valid for 30 s. */
export class Tickets {
  readonly #issued = new Map<string, TicketUse & { expiresAt: number }>();

  issue(use: TicketUse): { ticket: string; expiresAt: number } {
    const now = Date.now();
    for (const [ticket, { expiresAt }] of this.#issued) if (expiresAt <= now) this.#issued.delete(ticket);
    const ticket = randomBytes(18).toString('base64url');
    this.#issued.set(ticket, { ...use, expiresAt: now + lifeMs });
    return { ticket, expiresAt: now + lifeMs };
  }

  /** True once, for exactly what it was issued for. */
  redeem(ticket: string, use: TicketUse): boolean {
    const issued = this.#issued.get(ticket);
    this.#issued.delete(ticket);
    return (
      issued !== undefined &&
      issued.expiresAt > Date.now() &&
      issued.learnerId === use.learnerId &&
      issued.labId === use.labId &&
      issued.terminal === use.terminal
    );
  }
}
