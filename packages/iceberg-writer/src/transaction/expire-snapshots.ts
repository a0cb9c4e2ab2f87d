import type { Catalog, CatalogTable, TableCommit } from "../catalog/catalog.ts";
import { identifierToString } from "../catalog/table-identifier.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import { lineageOf } from "../spec/snapshot-lineage.ts";
import type { Snapshot } from "../spec/snapshot.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import type { TableUpdate } from "../spec/table-update.ts";
import { commitWithRetry } from "./commit-with-retry.ts";
import { ManifestStore } from "./manifest-store.ts";
import { expiredSnapshots } from "./snapshot-retention.ts";
import type { ExpiredSnapshots, RetentionOverrides } from "./snapshot-retention.ts";
import { effectsOf } from "./transaction-components.ts";
import type { TransactionComponents } from "./transaction-components.ts";
import { findUnreachableFiles } from "./unreachable-files.ts";
import type { UnreachableFiles } from "./unreachable-files.ts";

/** Which table, what goes, and what of its files. */
export interface ExpireSnapshotsOptions {
  readonly catalog: Catalog;
  readonly table: CatalogTable;
  readonly retention?: RetentionOverrides | undefined;
  /** Also data files that only expired snapshots show; reads every manifest of the table. */
  readonly deleteDataFiles?: boolean | undefined;
  readonly components?: TransactionComponents | undefined;
}

/** What an expiry did. */
export interface ExpireSnapshotsResult {
  readonly table: CatalogTable;
  readonly expired: ExpiredSnapshots;
  /** Files that were deleted; none where the refs had changed and nothing could be proven. */
  readonly deleted: UnreachableFiles;
}

const nothing: UnreachableFiles = { manifestLists: [], manifests: [], dataFiles: [] };

/**
 * Takes old snapshots and refs out of the table, then deletes the manifest lists and manifests that
 * no snapshot leads to any more. The commit asserts every ref that was seen; files are deleted only
 * after the table was read again and its refs were found intact, never after an open outcome.
 *
 * Errors: `UNSUPPORTED` where the table forbids it (`gc.enabled` = false), and those of
 * {@link commitWithRetry} and of storage. A failed deletion leaves orphans, no damage.
 */
export async function expireSnapshots(
  options: ExpireSnapshotsOptions,
  operation: OperationOptions = {},
): Promise<ExpireSnapshotsResult> {
  const { catalog, table, retention } = options;
  const effects = effectsOf(options.components);
  if (table.metadata.properties["gc.enabled"]?.toLowerCase() === "false") {
    throw new IcebergError(
      "UNSUPPORTED",
      `table ${identifierToString(table.identifier)} forbids deleting files: gc.enabled is false`,
    );
  }
  const nowMs = effects.nowMs();
  let base = table.metadata;
  let expired: ExpiredSnapshots = { snapshotIds: [], refNames: [] };
  const committed = await commitWithRetry(
    {
      catalog,
      table,
      effects,
      doing: "expire snapshots",
      make: (current) => {
        base = current;
        expired = expiredSnapshots(current, nowMs, retention);
        return expireCommit(current, expired);
      },
      isApplied: (current) => isGone(current, expired),
    },
    operation,
  );
  const gone = snapshotsOf(base, expired);
  if (gone.length === 0) return { table: committed, expired, deleted: nothing };

  const current = await catalog.loadTable(table.identifier, operation);
  if (!isGone(current.metadata, expired) || !hasIntactRefs(base, current.metadata, expired)) {
    return { table: current, expired, deleted: nothing };
  }
  const store = new ManifestStore(current, effects.randomUuid);
  const found = { gone, kept: current.metadata.snapshots };
  const withDataFiles = options.deleteDataFiles === true;
  const unreachable = await unlessTaken(() =>
    findUnreachableFiles(store, { ...found, withDataFiles }, operation),
  );
  if (unreachable === undefined) return { table: current, expired, deleted: nothing };
  // Data files first: what is left after a crash is still named by a manifest.
  const { dataFiles, manifests, manifestLists } = unreachable;
  for (const paths of [dataFiles, manifests, manifestLists])
    await store.deleteAll(paths, operation);
  return { table: current, expired, deleted: unreachable };
}

/** Undefined where another expiry deletes at the same time: what is left is left to it. */
async function unlessTaken<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof IcebergError && error.code === "FILE_NOT_FOUND") return undefined;
    throw error;
  }
}

function expireCommit(base: TableMetadata, expired: ExpiredSnapshots): TableCommit | undefined {
  const updates: TableUpdate[] = expired.refNames.map((refName) => ({
    action: "remove-snapshot-ref",
    refName,
  }));
  if (expired.snapshotIds.length > 0) {
    updates.push({ action: "remove-snapshots", snapshotIds: expired.snapshotIds });
  }
  if (updates.length === 0) return undefined;
  const refs = Object.entries(base.refs);
  return {
    requirements: [
      { type: "assert-table-uuid", uuid: base.tableUuid },
      ...refs.map(
        ([ref, { snapshotId }]) => ({ type: "assert-ref-snapshot-id", ref, snapshotId }) as const,
      ),
    ],
    updates,
  };
}

function snapshotsOf(base: TableMetadata, expired: ExpiredSnapshots): readonly Snapshot[] {
  const ids = new Set(expired.snapshotIds);
  return base.snapshots.filter((snapshot) => ids.has(snapshot.snapshotId));
}

function isGone(current: TableMetadata, expired: ExpiredSnapshots): boolean {
  return (
    snapshotsOf(current, expired).length === 0 &&
    expired.refNames.every((name) => current.refs[name] === undefined)
  );
}

/** Every ref that was kept is still there, where it was or further on the same line. */
function hasIntactRefs(
  base: TableMetadata,
  current: TableMetadata,
  expired: ExpiredSnapshots,
): boolean {
  if (base.tableUuid !== current.tableUuid) return false;
  return Object.entries(base.refs)
    .filter(([name]) => !expired.refNames.includes(name))
    .every(([name, { snapshotId }]) => {
      const ref = current.refs[name];
      if (ref === undefined) return false;
      const line = lineageOf(current, ref.snapshotId).snapshots;
      return line.some((snapshot) => snapshot.snapshotId === snapshotId);
    });
}
