import type { CatalogTable } from "../catalog/catalog.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import type { Snapshot } from "../spec/snapshot.ts";
import { currentSnapshot, snapshotById } from "../spec/table-metadata.ts";
import { appliesTo, globalSpecsOf, liveFiles } from "./live-file.ts";
import type { LiveFile } from "./live-file.ts";
import { readManifestList } from "./manifest-list-reader.ts";
import { readManifest } from "./manifest-reader.ts";

/** A live data file, and the delete files whose deletes may be of its rows. */
export interface PlannedFile {
  readonly dataFile: DataFile;
  /** The data sequence number. */
  readonly sequenceNumber: bigint;
  readonly deleteFiles: readonly DataFile[];
}

/** Which snapshot to plan. */
export interface PlanFilesOptions extends OperationOptions {
  /** The current one by default. */
  readonly snapshotId?: bigint | undefined;
}

/**
 * The live data files of a snapshot with their delete files (spec: Scan Planning); none for a table
 * without a snapshot. `METADATA_INVALID` for a snapshot that the table does not have; the codes of
 * the storage.
 */
export async function* planFiles(
  table: Pick<CatalogTable, "metadata" | "fileIo">,
  options: PlanFilesOptions = {},
): AsyncGenerator<PlannedFile, void, undefined> {
  const snapshot = scannedSnapshot(table, options.snapshotId);
  if (snapshot === undefined) return;
  const manifests = await readManifestList(table.fileIo, snapshot.manifestList, options);
  const deletes: LiveFile[] = [];
  for (const manifest of manifests) {
    if (manifest.content !== "deletes") continue;
    options.signal?.throwIfAborted();
    deletes.push(...liveFiles(await readManifest(table.fileIo, manifest, options)));
  }
  const globalSpecs = globalSpecsOf(table.metadata);
  for (const manifest of manifests) {
    if (manifest.content !== "data") continue;
    options.signal?.throwIfAborted();
    for (const data of liveFiles(await readManifest(table.fileIo, manifest, options))) {
      const deleteFiles = deletes
        .filter((candidate) => appliesTo(candidate, data, globalSpecs))
        .map(({ file }) => file);
      yield { dataFile: data.file, sequenceNumber: data.sequenceNumber, deleteFiles };
    }
  }
}

function scannedSnapshot(
  { metadata }: Pick<CatalogTable, "metadata">,
  snapshotId: bigint | undefined,
): Snapshot | undefined {
  if (snapshotId === undefined) return currentSnapshot(metadata);
  const snapshot = snapshotById(metadata, snapshotId);
  if (snapshot !== undefined) return snapshot;
  throw new IcebergError("METADATA_INVALID", `the table has no snapshot ${snapshotId}`);
}
