import type { DataFile } from "./data-file.ts";

/** What a snapshot did (spec: Snapshots, `operation`). */
type SnapshotOperation = "append" | "replace" | "overwrite" | "delete";

/** Files that a snapshot added or removed, counted. */
export interface FileCounts {
  readonly dataFiles: number;
  readonly records: number;
  readonly filesSizeInBytes: number;
  readonly positionDeleteFiles: number;
  readonly positionDeletes: number;
  readonly equalityDeleteFiles: number;
  readonly equalityDeletes: number;
}

/** No files. */
const NO_FILES: FileCounts = {
  dataFiles: 0,
  records: 0,
  filesSizeInBytes: 0,
  positionDeleteFiles: 0,
  positionDeletes: 0,
  equalityDeleteFiles: 0,
  equalityDeletes: 0,
};

/** Counts files one by one. */
export function countFiles(files: Iterable<DataFile>): FileCounts {
  const counts = { ...NO_FILES };
  for (const file of files) {
    counts.filesSizeInBytes += file.fileSizeInBytes;
    switch (file.content) {
      case "data":
        counts.dataFiles += 1;
        counts.records += file.recordCount;
        break;
      case "position-deletes":
        counts.positionDeleteFiles += 1;
        counts.positionDeletes += file.recordCount;
        break;
      case "equality-deletes":
        counts.equalityDeleteFiles += 1;
        counts.equalityDeletes += file.recordCount;
        break;
      default:
        file.content satisfies never;
    }
  }
  return counts;
}

/** How many different partitions files lie in; all files of an unpartitioned spec lie in one. */
export function countPartitions(files: Iterable<DataFile>): number {
  const partitions = new Set<string>();
  for (const { specId, partition } of files) {
    const values = partition.map((value) => `${typeof value}:${String(value)}`);
    partitions.add(JSON.stringify([specId, ...values]));
  }
  return partitions.size;
}

/** What a summary is made of. */
export interface SnapshotChanges {
  readonly operation: SnapshotOperation;
  readonly added: FileCounts;
  readonly removed?: FileCounts | undefined;
  /** Absent where files are known by their manifests only. */
  readonly changedPartitionCount?: number | undefined;
  /** Of the parent; undefined where there is no parent, so that totals start at 0. */
  readonly parentSummary: Readonly<Record<string, string>> | undefined;
}

/**
 * The standard entries of a summary (spec: Appendix F, Optional Snapshot Summary Fields). Counters
 * of nothing are left out; a total is left out where the parent does not tell its own.
 */
export function snapshotSummary(changes: SnapshotChanges): Record<string, string> {
  const { operation, added, removed = NO_FILES, changedPartitionCount, parentSummary } = changes;
  const addedDeleteFiles = added.positionDeleteFiles + added.equalityDeleteFiles;
  const removedDeleteFiles = removed.positionDeleteFiles + removed.equalityDeleteFiles;
  const counters: readonly (readonly [string, number])[] = [
    ["added-data-files", added.dataFiles],
    ["deleted-data-files", removed.dataFiles],
    ["added-equality-delete-files", added.equalityDeleteFiles],
    ["removed-equality-delete-files", removed.equalityDeleteFiles],
    ["added-position-delete-files", added.positionDeleteFiles],
    ["removed-position-delete-files", removed.positionDeleteFiles],
    ["added-delete-files", addedDeleteFiles],
    ["removed-delete-files", removedDeleteFiles],
    ["added-records", added.records],
    ["deleted-records", removed.records],
    ["added-files-size", added.filesSizeInBytes],
    ["removed-files-size", removed.filesSizeInBytes],
    ["added-position-deletes", added.positionDeletes],
    ["removed-position-deletes", removed.positionDeletes],
    ["added-equality-deletes", added.equalityDeletes],
    ["removed-equality-deletes", removed.equalityDeletes],
  ];
  const totals: readonly (readonly [string, number])[] = [
    ["total-records", added.records - removed.records],
    ["total-files-size", added.filesSizeInBytes - removed.filesSizeInBytes],
    ["total-data-files", added.dataFiles - removed.dataFiles],
    ["total-delete-files", addedDeleteFiles - removedDeleteFiles],
    ["total-position-deletes", added.positionDeletes - removed.positionDeletes],
    ["total-equality-deletes", added.equalityDeletes - removed.equalityDeletes],
  ];
  const summary: Record<string, string> = { operation };
  for (const [name, count] of counters) if (count > 0) summary[name] = count.toString();
  if (changedPartitionCount !== undefined) {
    summary["changed-partition-count"] = changedPartitionCount.toString();
  }
  for (const [name, change] of totals) {
    const total = totalAfter(parentSummary === undefined ? "0" : parentSummary[name], change);
    if (total !== undefined) summary[name] = total;
  }
  return summary;
}

/** A parent's total that is no integer, or a sum below 0, tells nothing and is dropped. */
function totalAfter(parentTotal: string | undefined, change: number): string | undefined {
  if (parentTotal === undefined || !/^\d+$/.test(parentTotal)) return undefined;
  const total = BigInt(parentTotal) + BigInt(change);
  return total < 0n ? undefined : total.toString();
}
