/** What a caller of this package can act on. */
export type CommandLineErrorCode =
  /** An option is missing, malformed or contradicts another; the message names its flag. */
  | "USAGE_INVALID"
  /** A file that an option names is absent, empty, too large, no text, or may not be read. */
  | "FILE_UNREADABLE";

/** The one error class of this package; callers branch on `code`. */
export class CommandLineError extends Error {
  readonly code: CommandLineErrorCode;
  readonly context: Readonly<Record<string, unknown>>;
  /** Always false: nothing changes without a change of the command line or of the file. */
  readonly retryable: boolean = false;

  constructor(
    code: CommandLineErrorCode,
    message: string,
    options: {
      readonly context?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "CommandLineError";
    this.code = code;
    this.context = options.context ?? {};
  }
}
