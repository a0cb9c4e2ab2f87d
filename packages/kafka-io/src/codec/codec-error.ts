/**
 * Compressed bytes that cannot be read: broken, or larger than allowed when inflated. Internal;
 * the record batch reader turns it into the package's error with the batch's coordinates.
 */
export class CodecError extends Error {
  readonly isTooLarge: boolean;

  constructor(message: string, options: { isTooLarge?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "CodecError";
    this.isTooLarge = options.isTooLarge ?? false;
  }
}

/** The error for an output that would exceed `sizeMaxBytes`. */
export function tooLarge(sizeMaxBytes: number, cause?: unknown): CodecError {
  return new CodecError(`inflates to more than ${sizeMaxBytes} bytes`, { isTooLarge: true, cause });
}
