/** What a caller of this package can act on. */
export type KafkaIoErrorCode =
  | "KAFKA_UNREACHABLE"
  | "KAFKA_UNAUTHORIZED"
  | "KAFKA_REQUEST_FAILED"
  | "API_UNSUPPORTED"
  | "TOPIC_NOT_FOUND"
  | "RECORD_TOO_LARGE"
  | "OFFSET_UNSAFE"
  | "MEMBER_HUNG"
  | "MEMBER_FENCED"
  | "GROUP_INCOMPATIBLE"
  | "SETTINGS_INVALID";

/** The one error class of this package; callers branch on `code`. */
export class KafkaIoError extends Error {
  readonly code: KafkaIoErrorCode;
  readonly context: Readonly<Record<string, unknown>>;
  /** True where the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;

  constructor(
    code: KafkaIoErrorCode,
    message: string,
    options: {
      readonly context?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
      readonly retryable?: boolean;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "KafkaIoError";
    this.code = code;
    this.context = options.context ?? {};
    this.retryable = options.retryable ?? false;
  }
}
