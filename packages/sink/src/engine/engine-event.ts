import type { LogRange } from "@salon/kafka-io";
import type { StagedDeadLetters } from "../protocol/own-commit.ts";
import type { PositionReading } from "../protocol/position.ts";
import type { SourceRecord } from "../protocol/source-record.ts";

/** What a read of the table tells. */
export interface TableView {
  readonly reading: PositionReading;
  readonly mainSnapshotId?: bigint | undefined;
  /** Records of the table's other sources, by source id. */
  readonly others: ReadonlyMap<string, SourceRecord>;
  /**
   * What the rows say where metadata does not: for `absent` whether rows of the topic are there,
   * for `uncertain` whether the last row of the copy's position is there, for `rolled-back` and
   * `replaced` whether rows are there at or beyond what is left of the position.
   */
  readonly evidence?: boolean | undefined;
  /** The dead-letter table's watermark for this source. */
  readonly appliedThrough: number;
}

/** How one attempt of a commit ended. */
export type AttemptResult =
  | { readonly kind: "committed"; readonly record: SourceRecord; readonly snapshotId: bigint }
  /** The plan's purpose is fulfilled without it. */
  | { readonly kind: "superfluous"; readonly record: SourceRecord }
  /** Known not to be applied: another attempt may be made. */
  | { readonly kind: "conflict"; readonly reason: string }
  | { readonly kind: "unavailable"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string }
  /**
   * The base's position is not where the unit starts, or its columns are no longer those that the
   * unit's files have: the unit is dropped.
   */
  | {
      readonly kind: "fenced";
      readonly view: TableView;
      /**
       * An earlier attempt was rejected, and the table does not prove that it never was applied.
       */
      readonly mayBeApplied: boolean;
    }
  /**
   * The snapshot was committed and undone, or expired: its id is never sent again, the unit is
   * dropped.
   */
  | { readonly kind: "burnt"; readonly view: TableView };

/** Whatever the engine is told. */
export type EngineEvent =
  | { readonly kind: "started" }
  | { readonly kind: "time-passed" }
  | { readonly kind: "table-read"; readonly view: TableView }
  | {
      readonly kind: "log-ranges-read";
      readonly purpose: "first-position" | "targets";
      readonly ranges: ReadonlyMap<number, LogRange>;
    }
  | { readonly kind: "assigned"; readonly partitions: readonly number[] }
  | { readonly kind: "revoked" }
  | {
      readonly kind: "partitions-counted";
      readonly count: number;
      /** Of the topic that they were counted of, where that is known. */
      readonly topicId?: string | undefined;
    }
  /** The topic was deleted and created anew, with another id. */
  | { readonly kind: "topic-recreated"; readonly topicId: string }
  | {
      readonly kind: "chunk-fetched";
      readonly chunkId: number;
      readonly partition: number;
      readonly requestedOffset: number;
      readonly nextOffset: number;
      readonly count: number;
      readonly bytes: number;
    }
  | {
      readonly kind: "chunk-written";
      readonly unitId: number;
      readonly partition: number;
      readonly start: number;
      readonly end: number;
      readonly rows: number;
      readonly dead: number;
      /** Estimated bytes of Parquet of the unit so far. */
      readonly unitBytes: number;
      readonly bufferedBytes: number;
    }
  | {
      readonly kind: "out-of-range";
      readonly partition: number;
      readonly offset: number;
      readonly range: LogRange;
    }
  /** Writing or sealing a unit failed for a passing reason: its rows are read again. */
  | { readonly kind: "unit-failed"; readonly unitId: number; readonly reason: string }
  | {
      readonly kind: "unit-sealed";
      readonly unitId: number;
      readonly deadLetters?: StagedDeadLetters | undefined;
    }
  | { readonly kind: "attempt-finished"; readonly commitId: number; readonly result: AttemptResult }
  | {
      readonly kind: "commit-settled";
      readonly commitId: number;
      readonly result:
        | Extract<AttemptResult, { kind: "committed" | "burnt" | "unavailable" }>
        /** Known to have failed, or `main` still is the asserted parent: it may be sent again. */
        | { readonly kind: "absent" };
    }
  | { readonly kind: "dead-letters-applied"; readonly through: number }
  | { readonly kind: "stop-requested" }
  /** An effect failed for good. */
  | { readonly kind: "failed"; readonly error: Error };
