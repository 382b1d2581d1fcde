import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { EngineDownError, EngineFailedError, SandboxGoneError } from './engine.ts';

/** Collected output per stream, and the longest line; a runaway script must not fill our memory. */
const maxOutput = 2 ** 20;

/** A call that takes longer than this is not answered any more; the longest honest one is a start under load. */
const answerMs = 60_000;

/** Waits for an API call and turns its error, or an engine that keeps silent, into one of the port's. */
export async function translate<T>(
  call: Promise<T>,
  notFound: typeof EngineFailedError = SandboxGoneError,
): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(new Error(`no answer for ${answerMs / 1000} s`)), answerMs);
  try {
    return await Promise.race([call, silence.promise]);
  } catch (error) {
    throw toEngineError(error, notFound);
  } finally {
    clearTimeout(timer);
  }
}

/** dockerode's errors have a status when the engine answered, and only a system error code when it did not. */
function toEngineError(error: unknown, notFound: typeof EngineFailedError = SandboxGoneError): Error {
  const { statusCode, message } = error as { statusCode?: number; message: string };
  if (statusCode === undefined) return new EngineDownError(`The engine does not answer: ${message}`, { cause: error });
  if (statusCode === 404) return new notFound(message, { cause: error });
  if (statusCode === 409 && /not running|is paused|is restarting/.test(message)) return new SandboxGoneError(message);
  return new EngineFailedError(message, { cause: error });
}

/** An engine may keep silent about an exec whose container goes just then: we hang up, or the line stays open for ever. */
export async function started(exec: Docker.Exec, stdin: boolean): Promise<Duplex> {
  const abort = new AbortController();
  try {
    return await translate(exec.start({ hijack: true, stdin, abortSignal: abort.signal }));
  } catch (error) {
    abort.abort();
    throw error;
  }
}

/** Gathers a command's two streams until its connection ends. */
export function collect(docker: Docker, stream: NodeJS.ReadWriteStream) {
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const sizes = { stdout: 0, stderr: 0 };
  const into = (name: 'stdout' | 'stderr') => ({
    write(bytes: Buffer) {
      sizes[name] += bytes.length;
      if (sizes[name] <= maxOutput) kept[name].push(Buffer.from(bytes));
      return true;
    },
  });
  docker.modem.demuxStream(stream, into('stdout') as never, into('stderr') as never);
  const done = new Promise<void>((resolve, reject) => {
    stream
      .on('end', resolve)
      .on('close', resolve)
      .on('error', (error) => reject(toEngineError(error)));
  });
  const text = (name: 'stdout' | 'stderr') => Buffer.concat(kept[name]).toString('utf8');
  return { done, stdout: () => text('stdout'), stderr: () => text('stderr') };
}

/** Standard output out of the engine's framing of both streams on one connection: 8 bytes of header, the length in the last four. */
export async function* demultiplexed(stream: AsyncIterable<unknown>): AsyncIterable<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
      const end = 8 + rest.readUInt32BE(4);
      if (rest[0] === 1) yield rest.subarray(8, end);
      rest = rest.subarray(end);
    }
  }
}

/** Both streams, in the order in which they were written. */
export function stripHeaders(logs: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= logs.length; at += 8 + logs.readUInt32BE(at + 4)) {
    parts.push(logs.subarray(at + 8, at + 8 + logs.readUInt32BE(at + 4)));
  }
  return parts.length ? Buffer.concat(parts) : logs;
}

/** Lines as they come; of one that is longer than any that is meant, only the end is kept. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, signal: AbortSignal): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of chunks) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop()?.slice(-maxOutput) ?? '';
      yield* parts;
    }
    if (rest) yield rest;
  } catch (error) {
    // Aborting destroys the stream under the reader.
    if (!signal.aborted) throw toEngineError(error);
  }
}
