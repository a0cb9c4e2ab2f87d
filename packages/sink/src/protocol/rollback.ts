import { openLedger } from "./ledger.ts";
import type { PositionReading } from "./position.ts";
import type { SourceRecord } from "./source-record.ts";

/** What a rollback left, and what it undid. */
export interface Rollback {
  /** The position that goes with the rows which are left. */
  readonly left: SourceRecord;
  /** The newest own snapshot of the line that is no longer main's. */
  readonly undoneSnapshotId: bigint;
}

/**
 * The rollback that a reading tells of, if it does (PROTOCOL: Reading the position). A main that
 * begins anew is left with the first offsets: nothing of what was read since is in it.
 */
export function rollbackOf(reading: PositionReading): Rollback | undefined {
  if (reading.kind === "rolled-back") {
    return { left: reading.record, undoneSnapshotId: reading.copy.snapshotId };
  }
  if (reading.kind !== "replaced") return undefined;
  const { record, snapshotId } = reading.copy;
  const ledger = new Map(
    [...record.ledger].map(([partition, { first }]) => [partition, openLedger(first)]),
  );
  const left = { ...record, ledger, unit: new Map(), pending: [], applied: 0 };
  return { left, undoneSnapshotId: snapshotId };
}
