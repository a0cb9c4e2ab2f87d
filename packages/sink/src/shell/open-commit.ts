import { settleAttempt } from "@salon/iceberg-writer";
import type { Catalog, CatalogTable, StagedAppend } from "@salon/iceberg-writer";

/** A commit that is not settled. */
export interface OpenCommit {
  readonly append: StagedAppend;
  /** What the last attempt that was sent asserted. */
  readonly sent?: CatalogTable | undefined;
  /** A rejection proves nothing by itself: what lies between may have sent the attempt twice. */
  readonly mayBeApplied: boolean;
  /**
   * It was main's, or may have been, and others have expired it since, its files with it: it is
   * never sent again.
   */
  readonly isExpired: boolean;
}

/**
 * A commit as a later base shows it: whether what was sent of it before has failed for certain, or
 * may have come and gone.
 */
export function seenFrom(
  commitGuard: Catalog["commitGuard"],
  base: CatalogTable,
  append: StagedAppend,
  before: OpenCommit | undefined,
): OpenCommit {
  const { sent, mayBeApplied = false, isExpired = false } = before ?? {};
  if (sent === undefined) return { append, sent, mayBeApplied, isExpired };
  const { snapshotId } = append;
  const state = settleAttempt(commitGuard, { snapshotId, base: sent }, base);
  return {
    append,
    sent,
    mayBeApplied: mayBeApplied || state !== "failed",
    isExpired: isExpired || state === "undecided",
  };
}
