import { fill } from '../i18n/fill.ts';
import type { Problem, ProblemCode } from '../shared/problem.ts';
import { text } from './page-text.ts';

/** The server refused or failed; `message` is a sentence in the page's language. */
export class ProblemError extends Error {
  readonly code: ProblemCode | 'unreachable';

  constructor(problem?: Partial<Problem>) {
    const code = problem?.code;
    const sentence = code && text.problems[code];
    super(sentence ? fill(sentence, { field: problem.field ?? '…', ...problem.values }) : text.failed.connect);
    this.code = code ?? 'unreachable';
  }
}

/**
 * Asks the server. The answer is trusted to have the shape that `shared/api.ts` gives it.
 * @throws {ProblemError}
 */
export async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  const response = await fetch(`/api/${path}`, init).catch(() => {
    throw new ProblemError();
  });
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) throw new ProblemError(answer ?? { code: 'internal' });
  return answer as Answer;
}

/** What to say about something that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof ProblemError ? error.message : text.problems.internal;
}
