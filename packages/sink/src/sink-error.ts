/** What a caller of this package can act on; docs/operations names the way on for each. */
export type SinkErrorCode =
  /** The table holds rows of the topic, and no position is recorded. */
  | "POSITION_UNKNOWN"
  /** A recorded position cannot be read. */
  | "POSITION_INVALID"
  /** The snapshots with the position are gone, and the copy cannot be told from an undone one. */
  | "POSITION_UNCERTAIN"
  | "TABLE_ROLLED_BACK"
  | "TABLE_REPLACED"
  /** Rows of this source came into the table from elsewhere. */
  | "FOREIGN_REPLAY"
  /** The same topic feeds the table under another source id. */
  | "SOURCE_CONFLICT"
  | "CLUSTER_CHANGED"
  | "TOPIC_RECREATED"
  | "PARTITIONS_SHRUNK"
  /** The log ends below the recorded position. */
  | "LOG_TRUNCATED"
  /** Records were deleted by retention before they were read. */
  | "DATA_LOST"
  | "INVALID_RECORD"
  | "RECORD_TOO_LARGE"
  /** A thread that decodes and encodes has ended by itself. */
  | "ENCODER_LOST"
  | "TABLE_INCOMPATIBLE"
  | "FORMAT_VERSION_UNSUPPORTED"
  /** The dead-letter table lacks what the main table counts on. */
  | "DEAD_LETTERS_UNDONE"
  /** Another main table has dead letters of this source in the same table. */
  | "DEAD_LETTERS_SHARED"
  /** A sink, or another writer, is at work where nobody may be. */
  | "TABLE_IN_USE"
  /** The topic still has records that a recovery finds in neither table. */
  | "RECORDS_MISSING"
  /** Offsets are in neither table, and the topic can no longer be asked. */
  | "HOLES_UNPROVED"
  /** The checkpoint of a job cannot be read, or is not that of this table and topic. */
  | "CHECKPOINT_INVALID"
  /** The last batch of a job is in the table in part. */
  | "BATCH_TORN"
  | "SETTINGS_INVALID";

/** The one error class of this package; callers branch on `code`. */
export class SinkError extends Error {
  readonly code: SinkErrorCode;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(
    code: SinkErrorCode,
    message: string,
    options: {
      readonly context?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "SinkError";
    this.code = code;
    this.context = options.context ?? {};
  }
}

/** What goes on where dead letters were undone that nobody can bring back. */
export const UNDONE_WAY_ON =
  "salon-table recover-position --accept-missing, which goes on without what is gone";
