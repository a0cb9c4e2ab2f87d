import type { TableMetadata } from "@salon/iceberg-writer";
import { mainLine } from "./position.ts";

/**
 * Tells whether a dead letter counts by the main snapshot that decided it (PROTOCOL: Dead letters):
 * it is in main's line or below it. An id that the metadata do not know is below where history is
 * cut, and undone where the line is whole down to its root.
 */
export function decidingSnapshots(main: TableMetadata): (decidedBy: bigint) => boolean {
  const { passed, missingParentId } = mainLine(main);
  const line = new Set(passed.map(({ snapshotId }) => snapshotId));
  const known = new Set(main.snapshots.map(({ snapshotId }) => snapshotId));
  return (id) => line.has(id) || (missingParentId !== undefined && !known.has(id));
}
