export type ImagePhase = 'cached' | 'pull' | 'bootstrap' | 'build' | 'import' | 'golden';

/** An image could not be made. The message is for the operator: what failed, where the log is, what to do. */
export class ImageError extends Error {
  override name = 'ImageError';
  readonly image: string;
  readonly phase: ImagePhase;
  readonly log: string | undefined;
  readonly fix: string;

  constructor(
    reason: string,
    where: { image: string; phase: ImagePhase; log?: string | undefined; fix: string; cause?: unknown },
  ) {
    const log = where.log ? ` Log: ${where.log}.` : '';
    super(`Image ${where.image}, ${where.phase}: ${reason}${log} ${where.fix}`, { cause: where.cause });
    this.image = where.image;
    this.phase = where.phase;
    this.log = where.log;
    this.fix = where.fix;
  }
}
