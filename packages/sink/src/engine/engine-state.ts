import type { CommitPlan, ProvedPosition } from "../protocol/own-commit.ts";
import type { LedgerStretch } from "../protocol/ledger.ts";
import type { SourceIdentity } from "../protocol/source-identity.ts";
import type { SourceRecord } from "../protocol/source-record.ts";

/** What the engine is told once. Times in milliseconds, sizes in bytes. */
export interface EngineSettings {
  /** Where a source without a position begins. */
  readonly startingOffsets: "latest" | "earliest";
  /** `available-now` ends after what was there at the start. */
  readonly trigger: "continuous" | "available-now";
  /** The partitions of a static assignment; absent for a member of a group. */
  readonly assign?: readonly number[] | undefined;
  readonly commitIntervalMs: number;
  readonly commitRows: number;
  /** Of Parquet. */
  readonly commitBytes: number;
  /** Of what is fetched, decoded and not yet committed; beyond it partitions pause. */
  readonly memoryLimitBytes: number;
  readonly onDataLoss: "fail" | "continue";
  /** Whether the sink goes on from the position that a rollback of the table left. */
  readonly onRollback: "fail" | "accept";
  /** How often an idle sink looks whether its position is still in the newest snapshots. */
  readonly lookIntervalMs: number;
  /** How long a next offset above the end of the log is taken for a leader change. */
  readonly truncationGraceMs: number;
  /** Manifests of dead letters that may wait before the sink pauses. */
  readonly pendingManifestsMax: number;
}

/** An assigned partition. */
export interface PartitionState {
  /** The engine's own next offset: only a chunk that was asked for there is taken. */
  readonly next: number;
  /** Since when the log ends below `next`; absent while it does not. */
  readonly truncatedSinceMs?: number | undefined;
  /** The log begins above `next`; the table is asked whether another member read what is gone. */
  readonly isBelowLog?: boolean | undefined;
}

/** The unit that takes chunks. */
export interface FillingUnit {
  readonly unitId: number;
  readonly openedAtMs: number;
  readonly stretches: ReadonlyMap<number, LedgerStretch>;
  readonly rows: number;
  readonly dead: number;
  /** Estimated bytes of Parquet. */
  readonly bytes: number;
  /** Chunks of it that are being decoded and written. */
  readonly writing: number;
}

/** The one commit that is under way; nothing else is sent before it is settled. */
export interface CommitInFlight {
  readonly commitId: number;
  /** The unit it carries, absent for a position alone. */
  readonly unitId?: number | undefined;
  readonly plan: CommitPlan;
  readonly stage: "sealing" | "attempting" | "settling";
  /** Attempts that ended without a commit. */
  readonly failures: number;
  /** Whether any attempt ever ended unknown: its files are then never deleted. */
  readonly wasUnknown: boolean;
}

/** The whole state of the engine; plain data. */
export interface EngineState {
  readonly settings: EngineSettings;
  readonly identity: SourceIdentity;
  readonly phase: "establishing" | "running" | "stopping" | "stopped" | "failed";
  /** The table's position as it was last seen. */
  readonly record: SourceRecord | undefined;
  /** What rows proved when the table was last looked at. */
  readonly proved: ProvedPosition | undefined;
  /** The dead-letter table's watermark as it was last seen. */
  readonly appliedThrough: number;
  readonly isApplying: boolean;
  readonly partitions: ReadonlyMap<number, PartitionState>;
  /** Partitions that were assigned and wait for their first offsets. */
  readonly awaiting: readonly number[] | undefined;
  /** A revocation waits until what was read is committed. */
  readonly isRevoking: boolean;
  readonly filling: FillingUnit | undefined;
  readonly commit: CommitInFlight | undefined;
  readonly isPaused: boolean;
  /** The next unit is committed as soon as it holds a record. */
  readonly isCommitDue: boolean;
  /** When the last unit was sealed; the start, before the first. */
  readonly lastSealMs: number;
  /** Ends at the start, for `available-now`; absent until they are known. */
  readonly targets: ReadonlyMap<number, number> | undefined;
  /** A read of the table for this purpose is under way. */
  readonly reading: "establish" | "assign" | "look" | undefined;
  /** Log ranges are being read. */
  readonly isMeasuring: boolean;
  /** The topic is asked whether it has as many partitions as the record. */
  readonly isCounting: boolean;
  /** Bytes held by the units, filling and sealed. */
  readonly bufferedBytes: number;
  readonly writeFailures: number;
  /** Nothing is read before this time: what was read could not be written. */
  readonly heldUntilMs: number;
  readonly lastLookMs: number;
  readonly nowMs: number;
  /** Number of the next unit or commit. */
  readonly nextNumber: number;
  readonly error: Error | undefined;
}

/**
 * A rollback was accepted, and either its commit or the removal of its dead letters is under way:
 * nothing is read until both are done.
 */
export function isRestoring({ commit, record, appliedThrough }: EngineState): boolean {
  return commit?.plan.kind === "restore" || (record?.undone?.through ?? 0) > appliedThrough;
}

/** The state before anything has happened. */
export function initialEngineState(
  settings: EngineSettings,
  identity: SourceIdentity,
  nowMs: number,
): EngineState {
  return {
    settings,
    identity,
    phase: "establishing",
    record: undefined,
    proved: undefined,
    appliedThrough: 0,
    isApplying: false,
    partitions: new Map(),
    awaiting: undefined,
    isRevoking: false,
    filling: undefined,
    commit: undefined,
    isPaused: false,
    isCommitDue: true,
    lastSealMs: nowMs,
    targets: undefined,
    reading: undefined,
    isMeasuring: false,
    isCounting: false,
    bufferedBytes: 0,
    writeFailures: 0,
    heldUntilMs: nowMs,
    lastLookMs: nowMs,
    nowMs,
    nextNumber: 1,
    error: undefined,
  };
}
