import type { Catalog, CatalogTable } from "../catalog/catalog.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { LiveFile } from "../scan/live-file.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import { countFiles, countPartitions } from "../spec/snapshot-summary.ts";
import { INITIAL_SEQUENCE_NUMBER } from "../spec/snapshot.ts";
import { currentSnapshot } from "../spec/table-metadata.ts";
import { commitSnapshot } from "./commit-snapshot.ts";
import { ManifestStore } from "./manifest-store.ts";
import { ReplacedFiles } from "./replaced-files.ts";
import { checkRewriteRequest } from "./rewrite-request.ts";
import type { RewriteRequest } from "./rewrite-request.ts";
import { SnapshotProducer } from "./snapshot-producer.ts";
import type { StagedAppend } from "./staged-append.ts";
import { effectsOf, newSnapshotId } from "./transaction-components.ts";
import type { TransactionComponents, TransactionEffects } from "./transaction-components.ts";

/** What is rewritten, and of which table. */
export interface RewriteFilesOptions {
  readonly catalog: Catalog;
  /** As the files were planned from it: its current snapshot says how old the added files are. */
  readonly table: CatalogTable;
  readonly request: RewriteRequest;
  /** Where the rewrite is known to have failed; without it the added files stay the caller's. */
  readonly deleteDataFilesOnFailure?: boolean | undefined;
  readonly components?: TransactionComponents | undefined;
}

/**
 * Replaces data files by others with the same rows in one snapshot, as compaction does (spec:
 * Snapshots, operation `replace`). Tries again as {@link appendToTable} does; each attempt finds
 * the replaced files on the base that it asserts, live and with the deletes that they were planned
 * with. Files that others add meanwhile stay. The added files have the data sequence number of the
 * planned snapshot, so that equality deletes that come meanwhile are of their rows too (spec:
 * Sequence Number Inheritance). The replaced files stay in storage, for the snapshots before, until
 * `expireSnapshots` takes those away; position deletes of them stay in the table, of no effect.
 *
 * Errors: `REPLACED_FILES_CHANGED`: others replaced or deleted files or rows of them, so plan anew;
 * `VALUE_INVALID` where rows would come or go, or a file is named twice; `UNSUPPORTED` where
 * equality deletes apply to a replaced file already; `COMMIT_RETRIES_EXHAUSTED`;
 * `COMMIT_STATE_UNKNOWN`: the added files may be in the table, or may come to be, so nothing may be
 * deleted, and whoever tries them again has to give the `snapshotId` of the error's context; those
 * of the attempt, see {@link StagedAppend}.
 */
export async function rewriteFiles(
  options: RewriteFilesOptions,
  operation: OperationOptions = {},
): Promise<CatalogTable> {
  const { catalog, table, request, deleteDataFilesOnFailure } = options;
  const effects = effectsOf(options.components);
  const added = request.dataFiles.map(({ filePath }) => filePath);
  return commitSnapshot(
    {
      catalog,
      table,
      effects,
      // Files take long to write, and a snapshot that was expired meanwhile is no base.
      isTableOld: true,
      doing: "rewrite files of",
      stage: () => stageRewrite(options, effects, operation),
      ...(deleteDataFilesOnFailure === true ? { deletedOnFailure: added } : {}),
    },
    operation,
  );
}

async function stageRewrite(
  { catalog, table, request }: RewriteFilesOptions,
  effects: TransactionEffects,
  operation: OperationOptions,
): Promise<StagedAppend> {
  const { replacedFiles, dataFiles, prepare } = request;
  await checkRewriteRequest(table.fileIo, request, operation);
  const snapshotId = request.snapshotId ?? newSnapshotId(effects.randomUuid);
  const store = new ManifestStore(table, effects.randomUuid);
  const sequenceNumber = currentSnapshot(table.metadata)?.sequenceNumber ?? INITIAL_SEQUENCE_NUMBER;
  const added = dataFiles.map((file) => ({ file, sequenceNumber }));
  const replaced = new ReplacedFiles({
    fileIo: table.fileIo,
    store,
    snapshotId,
    replacedFiles,
    added,
  });
  const removed = replacedFiles.map(({ dataFile }) => dataFile);
  return new SnapshotProducer({
    catalog,
    effects,
    store,
    snapshotId,
    tableUuid: table.metadata.tableUuid,
    prepare,
    manifests: await writeAdded(store, added, snapshotId, operation),
    carryOver: (base, manifests, options) => replaced.carryOver(base, manifests, options),
    changes: {
      operation: "replace",
      added: countFiles(dataFiles),
      removed: countFiles(removed),
      changedPartitionCount: countPartitions([...dataFiles, ...removed]),
    },
    givenFiles: dataFiles.map(({ filePath }) => filePath),
  });
}

async function writeAdded(
  store: ManifestStore,
  added: readonly LiveFile[],
  snapshotId: bigint,
  operation: OperationOptions,
): Promise<readonly ManifestFile[]> {
  try {
    return await store.writeAdded({ content: "data", files: added, snapshotId }, operation);
  } catch (error) {
    await store.deleteQuietly(store.locations);
    throw error;
  }
}
