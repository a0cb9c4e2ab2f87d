/** What a caller of this package can act on. */
export type TestkitErrorCode =
  /** A program of the machine is missing; the message names what to install. */
  | "TOOL_MISSING"
  /** A download or build failed, also on its last attempt. */
  | "INSTALL_FAILED"
  /** A child process ended, or did not become ready in time. */
  | "PROCESS_FAILED"
  /** A foreign reader or client refused a request. */
  | "REQUEST_FAILED"
  /** Shared services were asked for outside of a run that started them. */
  | "SERVICE_NOT_RUNNING"
  /** Records are missing, doubled, unexpected or different. */
  | "LEDGER_BROKEN";

/** The one error class of this package; callers branch on `code`. */
export class TestkitError extends Error {
  readonly code: TestkitErrorCode;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(
    code: TestkitErrorCode,
    message: string,
    options: {
      readonly context?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "TestkitError";
    this.code = code;
    this.context = options.context ?? {};
  }
}
