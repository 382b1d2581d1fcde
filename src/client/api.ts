import { fill } from '../i18n/fill.ts';
import type { Problem, ProblemCode } from '../shared/problem.ts';
import { loadDialogText } from './dialog-text.ts';
import { text } from './page-text.ts';

/** The server refused or failed; `message` is a sentence in the page's language. */
export class ProblemError extends Error {
  readonly code: ProblemCode | 'unreachable';

  constructor(code: ProblemCode | 'unreachable', sentence: string) {
    super(sentence);
    this.code = code;
  }
}

/** Settles when this browser is somebody to the server, which refuses everything else until then. */
let arrival: Promise<unknown> | undefined;

/**
 * Asks the server. The answer is trusted to have the shape that `shared/api.ts` gives it.
 * @throws {ProblemError}
 */
export async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  if (path !== 'me') {
    await arrival;
    return await send<Answer>(method, path, body);
  }
  const answer = send<Answer>(method, path, body);
  arrival ??= answer.catch(() => {
    arrival = undefined;
  });
  return await answer;
}

async function send<Answer>(method: string, path: string, body: unknown): Promise<Answer> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  const response = await fetch(`/api/${path}`, init).catch(() => {
    throw unreachable();
  });
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) throw await refusal(answer);
  return answer as Answer;
}

/** What to say about something that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof ProblemError ? error.message : text.failed.unknown;
}

async function refusal(problem: Partial<Problem> = {}): Promise<ProblemError> {
  const dialog = await loadDialogText().catch(() => undefined);
  if (!dialog) return unreachable();
  // A link that was cut short on its way is refused for its form already.
  if (problem.field === 'token') problem.code = 'bad-link';
  const code = problem.code && problem.code in dialog.problems ? problem.code : 'internal';
  return new ProblemError(code, fill(dialog.problems[code], { field: problem.field ?? '…', ...problem.values }));
}

function unreachable(): ProblemError {
  return new ProblemError('unreachable', text.failed.connect);
}
