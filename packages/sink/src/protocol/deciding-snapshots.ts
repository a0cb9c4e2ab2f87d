import type { TableMetadata } from "@salon/iceberg-writer";
import { mainLine } from "./position.ts";

/**
 * Tells whether a dead letter counts by the main snapshot that decided it (PROTOCOL: Dead letters):
 * it is in main's line or below it. Where history is cut, an id that the metadata do not know is
 * below, and so is one that another ref keeps and that is older than what is left of the line: what
 * was undone then has lost its dead letters since. Where the line is whole down to its root, both
 * are undone.
 */
export function decidingSnapshots(main: TableMetadata): (decidedBy: bigint) => boolean {
  const { passed, missingParentId } = mainLine(main);
  const line = new Set(passed.map(({ snapshotId }) => snapshotId));
  if (missingParentId === undefined) return (id) => line.has(id);
  const oldest = passed.at(-1)?.sequenceNumber ?? 0n;
  const beside = main.snapshots.filter(
    ({ snapshotId, sequenceNumber }) => sequenceNumber >= oldest && !line.has(snapshotId),
  );
  const undone = new Set(beside.map(({ snapshotId }) => snapshotId));
  return (id) => !undone.has(id);
}
