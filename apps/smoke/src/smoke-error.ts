/** What a step of the smoke test ends with, if not well. */
export type SmokeErrorCode =
  /** A step took longer than its time; the message says which, and where to look. */
  | "STEP_TIMED_OUT"
  /** What came back is not what was sent. */
  | "RATINGS_DIFFER";

/** The error of this program. */
export class SmokeError extends Error {
  readonly code: SmokeErrorCode;
  readonly context: Readonly<Record<string, unknown>>;
  readonly retryable: boolean = false;

  constructor(
    code: SmokeErrorCode,
    message: string,
    context: Readonly<Record<string, unknown>> = {},
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = "SmokeError";
    this.code = code;
    this.context = context;
  }
}
