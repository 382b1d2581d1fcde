import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Problem, ProblemCode } from '../../shared/problem.ts';
import { EngineDownError, EngineFailedError, NotReadyError, SandboxGoneError } from '../engine/engine.ts';
import { BadLinkError } from '../instructors/links.ts';
import { ContainerMissingError, WrongLevelError } from '../labs/blocks.ts';
import { AnswerFormError, PredictionLockedError, SolutionLockedError, UnknownPlaceError } from '../labs/course.ts';
import {
  ClosingError,
  ExtendLimitError,
  LabEndedError,
  LabNotReadyError,
  OtherLabError,
  UnknownLabError,
} from '../labs/lab.ts';
import { StoreError } from '../store/store.ts';
import { maxRecordings, RecordingLimitError, UnknownRecordingError } from '../terminals/recordings.ts';
import { TerminalBusyError } from '../terminals/terminal.ts';
import { maxTerminals, TerminalLimitError, UnknownTerminalError } from '../terminals/terminals.ts';

const statuses: Record<ProblemCode, ContentfulStatusCode> = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'bad-origin': 403,
  'not-found': 404,
  'too-large': 413,
  'too-many-requests': 429,
  internal: 500,
  'store-failed': 503,
  'engine-down': 503,
  'engine-failed': 502,
  capacity: 503,
  'other-lab': 409,
  'lab-not-ready': 409,
  'lab-ended': 410,
  'extend-limit': 409,
  'container-missing': 409,
  'terminal-busy': 409,
  'terminal-limit': 409,
  'wrong-level': 409,
  'recording-limit': 409,
  'prediction-locked': 409,
  'solution-locked': 409,
  'bad-link': 410,
};

/** A request that fails for a reason of HTTP itself. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly extra: Pick<Problem, 'field' | 'values'>;

  constructor(code: ProblemCode, detail: string, extra: Pick<Problem, 'field' | 'values'> = {}) {
    super(detail);
    this.code = code;
    this.extra = extra;
  }
}

/** What the domain throws, as problem details. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return make(error.code, error.message, error.extra);
  if (error instanceof UnknownLabError) return make('not-found', `There is no lab "${error.message}".`);
  if (error instanceof UnknownPlaceError) return make('not-found', `${error.message}.`);
  if (error instanceof UnknownTerminalError) return make('not-found', `There is no terminal "${error.message}".`);
  if (error instanceof AnswerFormError) return make('bad-request', `${error.message}.`, { field: error.field });
  if (error instanceof OtherLabError) {
    return make('other-lab', `End the lab "${error.specId}" first.`, { values: { spec: error.specId } });
  }
  if (error instanceof LabEndedError) return make('lab-ended', 'The lab has ended.');
  if (error instanceof ClosingError) return make('capacity', error.message);
  if (error instanceof LabNotReadyError) return make('lab-not-ready', 'The lab is not ready yet.');
  if (error instanceof ExtendLimitError) return make('extend-limit', 'The lab cannot live longer than that.');
  if (error instanceof ContainerMissingError) {
    return make('container-missing', `${error.message}.`, { values: { container: error.container } });
  }
  if (error instanceof TerminalBusyError) {
    return make('terminal-busy', `A program runs in terminal "${error.message}".`, {
      values: { terminal: error.message },
    });
  }
  if (error instanceof TerminalLimitError) {
    return make('terminal-limit', 'The lab has as many terminals as it may.', { values: { most: maxTerminals } });
  }
  if (error instanceof WrongLevelError) return wrongLevel(error);
  if (error instanceof RecordingLimitError) {
    return make('recording-limit', 'The lab keeps as many recordings as it may.', { values: { most: maxRecordings } });
  }
  if (error instanceof UnknownRecordingError) return make('not-found', `There is no recording "${error.message}".`);
  if (error instanceof PredictionLockedError) return make('prediction-locked', 'The prediction is locked in already.');
  if (error instanceof SolutionLockedError) return make('solution-locked', 'The solution comes after the third hint.');
  if (error instanceof BadLinkError) return make('bad-link', 'The link is unknown, used up, or too old.');
  if (error instanceof StoreError) return make('store-failed', `${error.message}.`);
  if (error instanceof EngineDownError) return make('engine-down', 'The container engine does not answer.');
  if (error instanceof EngineFailedError || error instanceof NotReadyError) return make('engine-failed', error.message);
  if (error instanceof SandboxGoneError) return make('lab-not-ready', 'The lab is being replaced.');
  return make('internal', 'Something went wrong on the server; its log has the reason.');
}

function wrongLevel({ belongs, here }: WrongLevelError): Problem {
  const place = (chain: readonly string[]) => chain.at(-1) ?? 'host';
  const values = {
    ...{ level: belongs.level, place: place(belongs.chain) },
    ...{ hereLevel: here.level, herePlace: place(here.chain) },
  };
  const detail = `This belongs in ${values.place} (L${values.level}), the shell stands in ${values.herePlace} (L${here.level}).`;
  return make('wrong-level', detail, { values });
}

export function respondWithProblem(c: Context, problem: Problem): Response {
  if (problem.code === 'too-many-requests') c.header('Retry-After', '10');
  return c.json(problem, problem.status as ContentfulStatusCode, { 'Content-Type': 'application/problem+json' });
}

function make(code: ProblemCode, detail: string, extra: Pick<Problem, 'field' | 'values'> = {}): Problem {
  return { type: 'about:blank', title: code.replaceAll('-', ' '), status: statuses[code], detail, code, ...extra };
}
