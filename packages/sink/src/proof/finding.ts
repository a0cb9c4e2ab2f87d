import type { OffsetSample } from "./offset-sample.ts";

/** What a proof can come upon. */
export type FindingCode =
  /** Of the position. */
  | "POSITION_UNKNOWN"
  | "POSITION_INVALID"
  | "TABLE_ROLLED_BACK"
  | "TABLE_REPLACED"
  | "FOREIGN_REPLAY"
  | "COPY_STALE"
  | "COPY_USED"
  /** Of rows and dead letters, compared with the ledger. */
  | "ROWS_MISSING"
  | "ROWS_SURPLUS"
  | "DEAD_LETTERS_MISSING"
  | "DEAD_LETTERS_SURPLUS"
  | "DEAD_LETTERS_UNDONE"
  | "OFFSETS_REPEATED"
  | "OFFSETS_UNEXPECTED"
  | "ROWS_UNPLACED"
  | "OFFSETS_LOST"
  | "OFFSETS_UNPROVED"
  | "ROWS_ADOPTED"
  /** Of the topic. */
  | "CLUSTER_CHANGED"
  | "SOURCE_CONFLICT"
  | "TOPIC_RECREATED"
  | "PARTITIONS_SHRUNK"
  | "TOPIC_ABSENT"
  | "LOG_TRUNCATED"
  | "UNREAD_DELETED"
  | "RECORDS_SKIPPED"
  | "VALUES_DIFFER";

/**
 * One thing that a proof has to say. A `failure` stands against the proof, `accepted` would if the
 * caller had not allowed it, a `note` does not.
 */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: "failure" | "accepted" | "note";
  readonly sourceId: string;
  readonly partition?: number | undefined;
  /** The offsets that it is about, or candidates where they cannot be told from gaps. */
  readonly offsets?: OffsetSample | undefined;
  /** A sentence without its end; names what was found. */
  readonly message: string;
}

/** What a caller takes for granted. */
export interface Tolerance {
  /** Rows and dead letters may be missing: somebody deleted them on purpose. */
  readonly allowDeletes?: boolean | undefined;
  /** Offsets may be counted as lost or unproved. */
  readonly allowLost?: boolean | undefined;
}

/** `failure` unless it is allowed. */
export function severityOf(isAllowed: boolean | undefined): Finding["severity"] {
  return isAllowed === true ? "accepted" : "failure";
}

/** Whether nothing stands against the proof. */
export function isFree(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity !== "failure");
}
