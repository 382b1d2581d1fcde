import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Isolation } from '../../../shared/api.ts';
import { ImageError, type ImagePhase } from './image-error.ts';

/** One sign of progress. A phase is told once when it begins and once, with `done` and `ms`, when it has ended. */
export interface ImageEvent {
  image: string;
  phase: ImagePhase;
  detail?: string;
  done?: boolean;
  ms?: number;
}

/** The engine that sandboxes will run on, and how they are fenced there. */
export interface ImageTarget {
  docker: Docker;
  isolation: Isolation;
}

/** What every way of making an image needs. */
export interface Workshop {
  /** The machine's engine: it pulls and builds. */
  docker: Docker;
  /** labs/images. */
  folder: string;
  /** Id of this installation, for the labels of what must not outlive it. */
  install: string;
  logFolder: string;
  onProgress: (event: ImageEvent) => void;
  signal: AbortSignal;
}

/** Runs one phase of one image: tells begin and end, keeps a log, turns every failure into an ImageError. */
export async function phase<T>(
  workshop: Workshop,
  image: string,
  name: ImagePhase,
  fix: string,
  work: (log: (text: string) => Promise<void>) => Promise<T>,
  detailOf: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  const begin = performance.now();
  const path = join(workshop.logFolder, `image-${image}.log`);
  await mkdir(workshop.logFolder, { recursive: true });
  const log = (text: string) => appendFile(path, text.endsWith('\n') ? text : `${text}\n`);
  await log(`--- ${new Date().toISOString()} ${name}`);
  workshop.onProgress({ image, phase: name });
  try {
    workshop.signal.throwIfAborted();
    const result = await work(log);
    const detail = detailOf(result);
    const ms = Math.round(performance.now() - begin);
    workshop.onProgress({ image, phase: name, ...(detail && { detail }), done: true, ms });
    return result;
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    await log(reason);
    throw new ImageError(firstLine(reason), { image, phase: name, log: path, fix, cause: error });
  }
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.endsWith('.') ? line : `${line}.`;
}

/** Reads one of the engine's streams of JSON messages to its end; a message with an error throws. */
export async function readMessages(
  stream: NodeJS.ReadableStream,
  onMessage: (message: EngineMessage) => void | Promise<void>,
): Promise<void> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const message = JSON.parse(line) as EngineMessage;
      if (message.error) throw new Error(message.error);
      await onMessage(message);
    }
  }
  if (rest.trim() !== '') {
    const message = JSON.parse(rest) as EngineMessage;
    if (message.error) throw new Error(message.error);
    await onMessage(message);
  }
}

export interface EngineMessage {
  error?: string;
  status?: string;
  /** Output of a build. */
  stream?: string;
  id?: string;
  progress?: string;
}

/** Whether the engine answered "no such object". */
export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}

/** What `inspect` gives, or undefined when there is no such image or volume. */
export async function inspected<T>(object: { inspect(): Promise<T> }): Promise<T | undefined> {
  try {
    return await object.inspect();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Gives an image of the engine the name `repository:tag`. */
export async function tagImage(docker: Docker, image: string, reference: string): Promise<void> {
  const [repo = '', tag = ''] = reference.split(':');
  await docker.getImage(image).tag({ repo, tag });
}
