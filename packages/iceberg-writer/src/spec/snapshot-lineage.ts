import { IcebergError } from "../iceberg-error.ts";
import type { Snapshot } from "./snapshot.ts";
import { MAIN_BRANCH } from "./snapshot-ref.ts";
import type { TableMetadata } from "./table-metadata.ts";

/**
 * How a walk through parents ended: at a snapshot without one, or at one that is no longer listed.
 */
export type LineageEnd =
  | { readonly kind: "root" }
  | { readonly kind: "missing"; readonly snapshotId: bigint };

/**
 * The snapshots from a head back through parents, the head first. The generator returns how the
 * line ended; a missing head yields nothing. `METADATA_INVALID` where the parents form a ring.
 */
export function* ancestorsOf(
  metadata: TableMetadata,
  headSnapshotId: bigint,
): Generator<Snapshot, LineageEnd, undefined> {
  const byId = new Map(metadata.snapshots.map((snapshot) => [snapshot.snapshotId, snapshot]));
  let next: bigint | undefined = headSnapshotId;
  while (next !== undefined) {
    const snapshot = byId.get(next);
    if (snapshot === undefined) {
      if (!metadata.snapshots.some(({ snapshotId }) => snapshotId === next)) {
        return { kind: "missing", snapshotId: next };
      }
      throw new IcebergError("METADATA_INVALID", `snapshot ${next} is its own ancestor`);
    }
    yield snapshot;
    byId.delete(next);
    next = snapshot.parentSnapshotId;
  }
  return { kind: "root" };
}

/** A line of snapshots, the head first, and how it ended. */
export interface Lineage {
  readonly snapshots: readonly Snapshot[];
  readonly end: LineageEnd;
}

/** {@link ancestorsOf} as a value. */
export function lineageOf(metadata: TableMetadata, headSnapshotId: bigint): Lineage {
  const snapshots: Snapshot[] = [];
  const walk = ancestorsOf(metadata, headSnapshotId);
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) return { snapshots, end: step.value };
    snapshots.push(step.value);
  }
}

/** The line of `main`; empty and ended at its root for a table without data. */
export function mainLineage(metadata: TableMetadata): Lineage {
  const head = metadata.refs[MAIN_BRANCH]?.snapshotId;
  if (head === undefined) return { snapshots: [], end: { kind: "root" } };
  return lineageOf(metadata, head);
}
