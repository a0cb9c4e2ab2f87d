/** What a caller of this library can act on; see each function for the codes that it throws. */
export type IcebergErrorCode =
  | "METADATA_INVALID"
  | "SCHEMA_MISMATCH"
  | "VALUE_INVALID"
  | "TABLE_NOT_FOUND"
  | "TABLE_ALREADY_EXISTS"
  | "NAMESPACE_NOT_FOUND"
  | "NAMESPACE_ALREADY_EXISTS"
  | "FILE_NOT_FOUND"
  | "FILE_ALREADY_EXISTS"
  | "ACCESS_DENIED"
  | "STORAGE_FULL"
  | "STORAGE_UNAVAILABLE"
  | "CATALOG_UNAVAILABLE"
  | "CATALOG_UNAUTHORIZED"
  | "CONDITIONAL_CREATE_UNSUPPORTED"
  | "COMMIT_RETRIES_EXHAUSTED"
  | "COMMIT_STATE_UNKNOWN"
  | "SNAPSHOT_ALREADY_EXISTS"
  | "REPLACED_FILES_CHANGED"
  | "SETTINGS_INVALID"
  | "UNSUPPORTED";

/** The one error class of this package; callers branch on `code`. */
export class IcebergError extends Error {
  readonly code: IcebergErrorCode;
  readonly context: Readonly<Record<string, unknown>>;
  /** True where the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;

  constructor(
    code: IcebergErrorCode,
    message: string,
    options: {
      readonly context?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
      readonly retryable?: boolean;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "IcebergError";
    this.code = code;
    this.context = options.context ?? {};
    this.retryable = options.retryable ?? false;
  }
}
