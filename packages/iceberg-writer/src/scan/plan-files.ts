import type { CatalogTable } from "../catalog/catalog.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import type { ManifestEntry } from "../spec/manifest-entry.ts";
import type { Snapshot } from "../spec/snapshot.ts";
import { currentSnapshot, partitionSpecById, snapshotById } from "../spec/table-metadata.ts";
import { compareValues, type PrimitiveValue } from "../spec/value.ts";
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

interface LiveFile {
  readonly file: DataFile;
  readonly sequenceNumber: bigint;
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
  const isGlobal = (specId: number): boolean =>
    partitionSpecById(table.metadata, specId).fields.length === 0;
  for (const manifest of manifests) {
    if (manifest.content !== "data") continue;
    options.signal?.throwIfAborted();
    for (const data of liveFiles(await readManifest(table.fileIo, manifest, options))) {
      const deleteFiles = deletes
        .filter((candidate) => appliesTo(candidate, data, isGlobal))
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

function liveFiles(entries: readonly ManifestEntry[]): readonly LiveFile[] {
  return entries
    .filter(({ status }) => status !== "deleted")
    .map(({ dataFile, sequenceNumber }) => {
      if (sequenceNumber !== undefined) return { file: dataFile, sequenceNumber };
      throw new IcebergError("METADATA_INVALID", `${dataFile.filePath} has no sequence number`);
    });
}

/**
 * Position deletes are of files that are as old or older, equality deletes of older ones only, both
 * of the same partition; equality deletes of an unpartitioned spec are global.
 */
function appliesTo(
  deletes: LiveFile,
  data: LiveFile,
  isGlobal: (specId: number) => boolean,
): boolean {
  const { file } = deletes;
  if (file.content === "equality-deletes") {
    if (deletes.sequenceNumber <= data.sequenceNumber) return false;
    return isGlobal(file.specId) || isSamePartition(file, data.file);
  }
  if (deletes.sequenceNumber < data.sequenceNumber) return false;
  const { referencedDataFile } = file;
  if (referencedDataFile !== undefined && referencedDataFile !== data.file.filePath) return false;
  return isSamePartition(file, data.file);
}

function isSamePartition(left: DataFile, right: DataFile): boolean {
  return (
    left.specId === right.specId &&
    left.partition.every((value, index) => isSameValue(value, right.partition[index] ?? null))
  );
}

function isSameValue(left: PrimitiveValue | null, right: PrimitiveValue | null): boolean {
  if (left === null || right === null) return left === right;
  return Object.is(left, right) || compareValues(left, right) === 0;
}
