import type { CommitPlan } from "../protocol/own-commit.ts";
import type { PendingManifest, SourceRecord } from "../protocol/source-record.ts";

/** What happened, for logs and metrics. */
export type EngineReport =
  | {
      readonly kind: "committed";
      readonly snapshotId: bigint;
      readonly plan: CommitPlan;
      readonly record: SourceRecord;
      readonly failures: number;
    }
  | { readonly kind: "attempt-failed"; readonly outcome: string; readonly reason: string }
  | { readonly kind: "unit-dropped"; readonly reason: string }
  | { readonly kind: "copy-stale" }
  | { readonly kind: "paused"; readonly reason: string }
  | { readonly kind: "resumed" }
  | {
      readonly kind: "chunk-mismatch";
      readonly partition: number;
      readonly requested: number;
      readonly next: number;
    }
  | {
      readonly kind: "records-lost";
      readonly partition: number;
      readonly start: number;
      readonly end: number;
    };

/** Whatever the engine wants done. The shell does it and answers with an event. */
export type EngineEffect =
  /** Answer: `table-read`. Retried by the shell while the catalog is away. */
  | { readonly kind: "read-table" }
  /** Answer: `log-ranges-read`. */
  | {
      readonly kind: "read-log-ranges";
      readonly purpose: "first-position" | "targets";
      readonly partitions: readonly number[];
    }
  /** Answer: `partitions-counted`. */
  | { readonly kind: "count-partitions" }
  /** The assigned partitions begin at these offsets. */
  | { readonly kind: "begin-reading"; readonly offsets: ReadonlyMap<number, number> }
  /** The revocation may go on: what was read is committed, or dropped. */
  | { readonly kind: "release-partitions" }
  | {
      readonly kind: "seek";
      readonly partition: number;
      readonly offset: number;
      readonly afterMs: number;
    }
  | { readonly kind: "pause" | "resume"; readonly partitions: readonly number[] }
  /** Answer: `chunk-written` or `unit-failed`. */
  | { readonly kind: "write-chunk"; readonly chunkId: number; readonly unitId: number }
  | { readonly kind: "discard-chunk"; readonly chunkId: number }
  /** Closes the unit's files and stages its commit. Answer: `unit-sealed` or `unit-failed`. */
  | { readonly kind: "seal-unit"; readonly unitId: number }
  /** Removes the unit's files unless they may be referenced. */
  | { readonly kind: "drop-unit"; readonly unitId: number; readonly keepFiles: boolean }
  /** Answer: `attempt-finished`. */
  | {
      readonly kind: "attempt-commit";
      readonly commitId: number;
      readonly unitId?: number | undefined;
      readonly plan: CommitPlan;
      readonly afterMs: number;
    }
  /** Answer: `commit-settled`. */
  | { readonly kind: "settle-commit"; readonly commitId: number; readonly afterMs: number }
  /** Answer: `dead-letters-applied`. Retried by the shell while the catalog is away. */
  | {
      readonly kind: "apply-dead-letters";
      readonly pending: readonly PendingManifest[];
      readonly applied: number;
    }
  /**
   * Removes the dead letters of an accepted rollback, when what the record still has in its outbox
   * is applied. Answer: `dead-letters-applied`. Retried by the shell while the catalog is away.
   */
  | { readonly kind: "remove-undone-dead-letters"; readonly record: SourceRecord }
  | { readonly kind: "mirror-offsets"; readonly offsets: ReadonlyMap<number, number> }
  | { readonly kind: "report"; readonly report: EngineReport }
  /** The end, with its error where it is no orderly one. */
  | { readonly kind: "finish"; readonly error?: Error | undefined };
