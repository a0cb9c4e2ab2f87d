import type { Catalog, CatalogTable } from "../catalog/catalog.ts";
import { mainLineage } from "../spec/snapshot-lineage.ts";
import { MAIN_BRANCH } from "../spec/snapshot-ref.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { locateSnapshot } from "./locate-snapshot.ts";

/** An attempt whose outcome is open. */
export interface OpenAttempt {
  readonly snapshotId: bigint;
  /** What the attempt asserted. */
  readonly base: CatalogTable;
}

/**
 * What a fresh look at the table says of an attempt:
 * - `committed`: in the line of `main`;
 * - `failed`: it is not applied and never will be;
 * - `pending`: it may still land; the same snapshot id may be sent again, for one of the two at
 *   most can be applied;
 * - `burnt`: the id is taken but not in the line of `main` (rolled back): never send it again;
 * - `undecided`: history was expired or rolled back past the attempt's parent, a snapshot that came
 *   since is gone, or the table was replaced: nothing tells whether it was applied in between. It
 *   may have been undone and expired since, and its files with it: never send it again.
 */
export type AttemptState = "committed" | "failed" | "pending" | "burnt" | "undecided";

/** Settles an attempt against the table as it is now; pure. */
export function settleAttempt(
  commitGuard: Catalog["commitGuard"],
  attempt: OpenAttempt,
  current: CatalogTable,
): AttemptState {
  const { base, snapshotId } = attempt;
  if (current.metadata.tableUuid !== base.metadata.tableUuid) return "undecided";
  const place = locateSnapshot(current.metadata, snapshotId);
  if (place === "in-main") return "committed";
  if (place === "elsewhere") return "burnt";
  if (!reachesBack(current.metadata, base.metadata.refs[MAIN_BRANCH]?.snapshotId)) {
    return "undecided";
  }
  if (!areAllThere(current.metadata, base.metadata.lastSequenceNumber)) return "undecided";
  const isWhereItWas =
    commitGuard === "version"
      ? current.metadataLocation === base.metadataLocation
      : current.metadata.refs[MAIN_BRANCH]?.snapshotId ===
        base.metadata.refs[MAIN_BRANCH]?.snapshotId;
  return isWhereItWas ? "pending" : "failed";
}

/** Whether the line of `main` is whole down to the asserted parent, or to its root for none. */
function reachesBack(metadata: TableMetadata, parentId: bigint | undefined): boolean {
  const { snapshots, end } = mainLineage(metadata);
  return parentId === undefined
    ? end.kind === "root"
    : snapshots.some((snapshot) => snapshot.snapshotId === parentId);
}

/**
 * Whether each snapshot that was given a sequence number behind `lastSeen` is known still (spec:
 * Sequence Numbers): a number is given once, and stays given when its snapshot is expired.
 */
function areAllThere({ snapshots, lastSequenceNumber }: TableMetadata, lastSeen: bigint): boolean {
  const since = snapshots.filter(({ sequenceNumber }) => sequenceNumber > lastSeen);
  const numbers = new Set(since.map(({ sequenceNumber }) => sequenceNumber));
  return BigInt(numbers.size) === lastSequenceNumber - lastSeen;
}
