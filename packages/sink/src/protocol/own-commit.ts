import type { TableMetadata } from "@salon/iceberg-writer";
import { extendLedger, openLedger } from "./ledger.ts";
import type { LedgerStretch, PartitionLedger } from "./ledger.ts";
import { serializePositionCopy } from "./position-copy.ts";
import type { PositionCopy } from "./position-copy.ts";
import { otherSources, readOtherSources, readPosition, settledRecord } from "./position.ts";
import type { PositionReading } from "./position.ts";
import { rollbackOf } from "./rollback.ts";
import type { Rollback } from "./rollback.ts";
import { sourceConflict } from "./source-identity.ts";
import type { SourceIdentity } from "./source-identity.ts";
import { serializeSourceRecord, sourceKey } from "./source-record.ts";
import type { PendingManifest, SourceRecord } from "./source-record.ts";

/** A manifest of dead letters before the commit that decides it gives it a sequence number. */
export type StagedDeadLetters = Omit<PendingManifest, "sequence">;

/** What one own commit writes; every write of a position moves `main`. */
export type CommitPlan =
  /**
   * Writes the position of all partitions before anything is read, or that of added ones: of
   * consecutive partitions, for a record that has those below them and no more.
   */
  | { readonly kind: "first-position"; readonly firstOffsets: ReadonlyMap<number, number> }
  | {
      readonly kind: "unit";
      readonly stretches: ReadonlyMap<number, LedgerStretch>;
      readonly deadLetters?: StagedDeadLetters | undefined;
    }
  /** Writes the position again, so that it is in the newest snapshots of main's line. */
  | { readonly kind: "refresh" }
  /**
   * States a position anew that no own snapshot of main's line has, on the very snapshot that was
   * looked at, absent where there is none: what a rollback left, which is accepted, or a copy that
   * the rows prove.
   */
  | { readonly kind: "restore"; readonly main: bigint | undefined };

/** What a plan comes to on a base. */
export type PlannedCommit =
  | { readonly kind: "write"; readonly record: SourceRecord }
  /** The base's position is not where the unit starts: another member wrote its offsets. */
  | { readonly kind: "fenced"; readonly reading: PositionReading }
  /** What the plan is for is there already. */
  | { readonly kind: "superfluous"; readonly record: SourceRecord };

/** What a plan needs to know besides the base. */
export interface CommitContext {
  readonly identity: SourceIdentity;
  /** The dead-letter table's watermark for this source, as far as it is known; 0 for none. */
  readonly appliedThrough: number;
  readonly proved?: ProvedPosition | undefined;
}

/**
 * What the rows of this snapshot of main proved, none where it has no snapshot: the position that
 * the copy of this own snapshot has, or, without one, that there is nothing of the source. After a
 * rollback main may be there again beside a newer copy; and others may have begun since, whose
 * snapshots are expired and whose copy was removed.
 */
export interface ProvedPosition {
  readonly mainSnapshotId: bigint | undefined;
  readonly copySnapshotId?: bigint | undefined;
}

/**
 * The record that a plan writes on a base: the fence (PROTOCOL: Fence) and the ledger, computed
 * anew on every attempt from the metadata that the attempt asserts.
 */
export function planOwnCommit(
  base: TableMetadata,
  plan: CommitPlan,
  context: CommitContext,
): PlannedCommit {
  const reading = readPosition(base, context.identity.sourceId);
  const record = settledRecord(reading);
  switch (plan.kind) {
    case "first-position":
      if (record === undefined && !isNewSource(base, reading, context, plan)) {
        return { kind: "fenced", reading };
      }
      return planFirstPosition(base, record, plan.firstOffsets, context.identity);
    case "unit": {
      if (record === undefined) return { kind: "fenced", reading };
      // It may hold what was undone, whose dead letters are there still.
      if (isUndone(record, context)) return { kind: "fenced", reading };
      const ledger = new Map(record.ledger);
      for (const [partition, stretch] of plan.stretches) {
        const entry = ledger.get(partition);
        if (entry?.next !== stretch.start) return { kind: "fenced", reading };
        ledger.set(partition, extendLedger(entry, stretch));
      }
      const sequence = Number(base.lastSequenceNumber) + 1;
      return {
        kind: "write",
        record: withOutbox({ ...record, ledger, unit: unitRanges(plan.stretches) }, context, {
          added: plan.deadLetters === undefined ? [] : [{ sequence, ...plan.deadLetters }],
        }),
      };
    }
    case "refresh":
      if (record === undefined) return { kind: "fenced", reading };
      return {
        kind: "write",
        record: withOutbox({ ...record, unit: new Map() }, context, { added: [] }),
      };
    case "restore": {
      if (record !== undefined) return { kind: "superfluous", record };
      const rollback = rollbackOf(reading) ?? provedCopy(base, reading, context);
      if (rollback === undefined || base.currentSnapshotId !== plan.main) {
        return { kind: "fenced", reading };
      }
      const { left, undoneSnapshotId } = rollback;
      const undone = shutOut(base, undoneSnapshotId);
      return { kind: "write", record: { ...left, unit: new Map(), undone } };
    }
    default:
      return plan satisfies never;
  }
}

/**
 * Summary entries and property that carry a record, together with what the base holds of other
 * sources.
 */
export function recordAdditions(
  base: TableMetadata,
  sourceId: string,
  record: SourceRecord,
  snapshotId: bigint,
): { readonly summary: Record<string, string>; readonly setProperties: Record<string, string> } {
  const key = sourceKey(sourceId);
  return {
    summary: { ...otherSources(base, sourceId), [key]: serializeSourceRecord(record) },
    setProperties: {
      [key]: serializePositionCopy({
        tableUuid: base.tableUuid,
        snapshotId,
        sequenceNumber: Number(base.lastSequenceNumber) + 1,
        record,
      }),
    },
  };
}

/**
 * Shuts out whatever was decided before a commit on this base: its sequence number is beyond that
 * of all dead letters that anybody may still be about to put into their table.
 */
export function shutOut(base: TableMetadata, snapshotId?: bigint): SourceRecord["undone"] {
  return { snapshotId, through: Number(base.lastSequenceNumber) + 1 };
}

/** The position of a copy, where history is cut and rows proved it. */
function provedCopy(
  base: TableMetadata,
  reading: PositionReading,
  context: CommitContext,
): Rollback | undefined {
  if (reading.kind !== "uncertain" || !isProvedOf(base, context, reading.copy)) return undefined;
  return { left: reading.copy.record, undoneSnapshotId: reading.copy.snapshotId };
}

/** Whether rows proved what a base has: the position of a copy, or none at all. */
function isProvedOf(
  base: TableMetadata,
  { proved }: CommitContext,
  copy: PositionCopy | undefined,
): boolean {
  if (proved === undefined || proved.mainSnapshotId !== base.currentSnapshotId) return false;
  return proved.copySnapshotId === copy?.snapshotId;
}

/**
 * Whether there is nothing yet of the source, by its rows either, nor of its topic under another
 * source id: all would bring its rows into the table a second time.
 */
function isNewSource(
  base: TableMetadata,
  reading: PositionReading,
  context: CommitContext,
  plan: Extract<CommitPlan, { kind: "first-position" }>,
): boolean {
  const { identity } = context;
  if (reading.kind !== "absent" || !plan.firstOffsets.has(0)) return false;
  if (!isProvedOf(base, context, undefined)) return false;
  return sourceConflict(readOtherSources(base, identity.sourceId), identity) === undefined;
}

function planFirstPosition(
  base: TableMetadata,
  record: SourceRecord | undefined,
  firstOffsets: ReadonlyMap<number, number>,
  identity: SourceIdentity,
): PlannedCommit {
  const known = record?.partitions ?? 0;
  const offsets = [...firstOffsets].sort(([a], [b]) => a - b);
  // Another member was faster, perhaps with fewer partitions: what it did not see is measured anew,
  // for only added partitions begin at their log's start.
  if (record !== undefined && offsets[0]?.[0] !== known) return { kind: "superfluous", record };
  const ledger = new Map<number, PartitionLedger>(record?.ledger);
  for (const [partition, first] of offsets) {
    if (partition !== ledger.size) throw new RangeError(`no first offset of ${ledger.size}`);
    ledger.set(partition, openLedger(first));
  }
  const topicId = record?.topicId ?? identity.topicId;
  // Own snapshots may have been in any table that ever had one: no trace has to be left of them.
  const isUntouched = base.lastSequenceNumber === 0n;
  const undone = record === undefined && !isUntouched ? shutOut(base) : record?.undone;
  return {
    kind: "write",
    record: {
      cluster: identity.cluster,
      topic: identity.topic,
      ...(topicId === undefined ? {} : { topicId }),
      partitions: ledger.size,
      ledger,
      unit: new Map(),
      pending: record?.pending ?? [],
      applied: record?.applied ?? 0,
      ...(undone === undefined ? {} : { undone }),
      ...(record?.adopted === undefined ? {} : { adopted: record.adopted }),
    },
  };
}

/**
 * Drops what the dead-letter table has, raises `applied`, and adds what this commit decides. A
 * rollback is done with when its dead letters are gone.
 */
function withOutbox(
  { undone, ...record }: SourceRecord,
  context: CommitContext,
  { added }: { readonly added: readonly PendingManifest[] },
): SourceRecord {
  const dropped = record.pending.filter((entry) => entry.sequence <= context.appliedThrough);
  const kept = record.pending.filter((entry) => entry.sequence > context.appliedThrough);
  const applied = Math.max(record.applied, ...dropped.map((entry) => entry.sequence));
  const restoring = isUndone({ undone }, context) ? { undone } : {};
  return { ...record, ...restoring, pending: [...kept, ...added], applied };
}

/** A rollback was accepted whose dead letters may be in their table. */
function isUndone(
  { undone }: Pick<SourceRecord, "undone">,
  { appliedThrough }: CommitContext,
): boolean {
  return undone !== undefined && undone.through > appliedThrough;
}

function unitRanges(stretches: ReadonlyMap<number, LedgerStretch>): SourceRecord["unit"] {
  return new Map([...stretches].map(([partition, { start, end }]) => [partition, { start, end }]));
}
