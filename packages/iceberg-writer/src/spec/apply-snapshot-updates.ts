import type { JsonValue } from "./iceberg-json.ts";
import type { Snapshot } from "./snapshot.ts";
import { isSameRef, MAIN_BRANCH, type SnapshotRef } from "./snapshot-ref.ts";
import { snapshotById, type SnapshotLogEntry } from "./table-metadata.ts";
import { rejectUpdate, type UpdateProgress, withoutKeys } from "./update-progress.ts";

/** Adds a snapshot of a new id whose sequence number follows the last one. */
export function addSnapshot(progress: UpdateProgress, snapshot: Snapshot): UpdateProgress {
  const { metadata } = progress;
  const { snapshotId, sequenceNumber, timestampMs } = snapshot;
  if (snapshotById(metadata, snapshotId) !== undefined) {
    throw rejectUpdate(`snapshot already exists for id ${snapshotId}`, { snapshotId });
  }
  if (metadata.formatVersion > 1 && sequenceNumber <= metadata.lastSequenceNumber) {
    throw rejectUpdate(
      `snapshot ${snapshotId} has the sequence number ${sequenceNumber}, ` +
        `which does not follow the last one, ${metadata.lastSequenceNumber}`,
      { snapshotId, sequenceNumber },
    );
  }
  return {
    ...progress,
    metadata: {
      ...metadata,
      lastSequenceNumber: metadata.formatVersion > 1 ? sequenceNumber : 0n,
      lastUpdatedMs: Math.max(metadata.lastUpdatedMs, timestampMs),
      snapshots: [...metadata.snapshots, snapshot],
    },
    addedSnapshotIds: new Set([...progress.addedSnapshotIds, snapshotId]),
  };
}

/** Points a ref at a known snapshot; for `main` that is a new current snapshot and a log entry. */
export function setSnapshotRef(
  progress: UpdateProgress,
  refName: string,
  ref: SnapshotRef,
): UpdateProgress {
  const { metadata } = progress;
  const existing = metadata.refs[refName];
  if (existing !== undefined && isSameRef(existing, ref)) return progress;
  const snapshot = snapshotById(metadata, ref.snapshotId);
  if (snapshot === undefined) {
    throw rejectUpdate(`ref ${refName} cannot be set to snapshot ${ref.snapshotId}: there is none`);
  }
  const refs = { ...metadata.refs, [refName]: ref };
  if (refName !== MAIN_BRANCH) return { ...progress, metadata: { ...metadata, refs } };
  if (ref.type !== "branch") throw rejectUpdate("main must be a branch, not a tag");
  // Going back to a snapshot of old is a change of now.
  const isNew = progress.addedSnapshotIds.has(ref.snapshotId);
  const timestampMs = isNew ? snapshot.timestampMs : progress.nowMs;
  const isMoved = metadata.currentSnapshotId !== ref.snapshotId;
  return {
    ...progress,
    metadata: {
      ...metadata,
      refs,
      currentSnapshotId: ref.snapshotId,
      snapshotLog: isMoved
        ? [...metadata.snapshotLog, { timestampMs, snapshotId: ref.snapshotId }]
        : metadata.snapshotLog,
    },
  };
}

/** Removes a ref; without `main` there is no current snapshot. */
export function removeSnapshotRef(progress: UpdateProgress, refName: string): UpdateProgress {
  const { metadata } = progress;
  if (metadata.refs[refName] === undefined) return progress;
  const { currentSnapshotId, ...rest } = metadata;
  const isCurrentKept = refName !== MAIN_BRANCH && currentSnapshotId !== undefined;
  return {
    ...progress,
    metadata: {
      ...rest,
      ...(isCurrentKept ? { currentSnapshotId } : {}),
      refs: withoutKeys(metadata.refs, [refName]),
    },
  };
}

/** Refs to a removed snapshot go with it, and so do its statistics. */
export function removeSnapshots(
  progress: UpdateProgress,
  ids: ReadonlySet<bigint>,
): UpdateProgress {
  const { metadata } = progress;
  const snapshots = metadata.snapshots.filter(({ snapshotId }) => !ids.has(snapshotId));
  if (snapshots.length === metadata.snapshots.length) return progress;
  const dangling = Object.entries(metadata.refs).filter(([, ref]) => ids.has(ref.snapshotId));
  const { unknownFields, ...rest } = metadata;
  const kept = Object.entries(unknownFields ?? {}).map(([key, value]) =>
    key === "statistics" || key === "partition-statistics"
      ? [key, withoutStatisticsOf(value, ids)]
      : [key, value],
  );
  const start: UpdateProgress = {
    ...progress,
    metadata: {
      ...rest,
      snapshots,
      snapshotLog: withoutGaps(metadata.snapshotLog, snapshots),
      ...(unknownFields === undefined ? {} : { unknownFields: Object.fromEntries(kept) }),
    },
  };
  return dangling.reduce((next, [name]) => removeSnapshotRef(next, name), start);
}

function withoutStatisticsOf(
  statistics: JsonValue | undefined,
  ids: ReadonlySet<bigint>,
): JsonValue | undefined {
  if (!Array.isArray(statistics)) return statistics;
  return statistics.filter((file: { readonly "snapshot-id"?: number | bigint }) => {
    const id = file["snapshot-id"];
    return id === undefined || !ids.has(BigInt(id));
  });
}

/**
 * The log after the last entry of a removed snapshot. What lies before such an entry goes too: a
 * log with a hole would show the snapshot before the hole as current where it was not.
 */
function withoutGaps(
  log: readonly SnapshotLogEntry[],
  kept: readonly Snapshot[],
): readonly SnapshotLogEntry[] {
  const ids = new Set(kept.map(({ snapshotId }) => snapshotId));
  return log.slice(log.findLastIndex(({ snapshotId }) => !ids.has(snapshotId)) + 1);
}
