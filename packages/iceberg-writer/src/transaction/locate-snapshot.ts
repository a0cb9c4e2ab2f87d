import { mainLineage } from "../spec/snapshot-lineage.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";

/** `elsewhere`: known to the table, but not in the line of `main`: rolled back, or on a branch. */
export type SnapshotPlace = "in-main" | "elsewhere" | "absent";

/** Where a snapshot is. An id that is not `absent` must never be sent in a commit again. */
export function locateSnapshot(metadata: TableMetadata, snapshotId: bigint): SnapshotPlace {
  if (!metadata.snapshots.some((snapshot) => snapshot.snapshotId === snapshotId)) return "absent";
  const line = mainLineage(metadata).snapshots;
  return line.some((snapshot) => snapshot.snapshotId === snapshotId) ? "in-main" : "elsewhere";
}
