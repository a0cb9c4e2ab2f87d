import { IcebergError } from "../iceberg-error.ts";
import type { DataFile } from "../spec/data-file.ts";
import { isLive } from "../spec/manifest-entry.ts";
import type { ManifestEntry } from "../spec/manifest-entry.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { compareValues } from "../spec/value.ts";
import type { PrimitiveValue } from "../spec/value.ts";

/** A data or delete file of a snapshot, with its data sequence number. */
export interface LiveFile {
  readonly file: DataFile;
  readonly sequenceNumber: bigint;
}

/** The live files of a manifest; `METADATA_INVALID` for one without a sequence number. */
export function liveFiles(entries: readonly ManifestEntry[]): readonly LiveFile[] {
  return entries.filter(isLive).map(({ dataFile, sequenceNumber }) => {
    if (sequenceNumber !== undefined) return { file: dataFile, sequenceNumber };
    throw new IcebergError("METADATA_INVALID", `${dataFile.filePath} has no sequence number`);
  });
}

/** Ids of the specs whose equality deletes are of all partitions: those that partition nothing. */
export function globalSpecsOf({ partitionSpecs }: TableMetadata): ReadonlySet<number> {
  const specs = partitionSpecs.filter(({ fields }) => fields.length === 0);
  return new Set(specs.map(({ specId }) => specId));
}

/**
 * Whether the deletes of a file may be of rows of another one (spec: Scan Planning). Position
 * deletes are of files that are as old or older, equality deletes of older ones only, both of the
 * same partition; equality deletes of an unpartitioned spec are global.
 */
export function appliesTo(
  deletes: LiveFile,
  data: LiveFile,
  globalSpecs: ReadonlySet<number>,
): boolean {
  const { file } = deletes;
  if (file.content === "equality-deletes") {
    if (deletes.sequenceNumber <= data.sequenceNumber) return false;
    return globalSpecs.has(file.specId) || isSamePartition(file, data.file);
  }
  if (deletes.sequenceNumber < data.sequenceNumber) return false;
  const { referencedDataFile } = file;
  if (referencedDataFile !== undefined && referencedDataFile !== data.file.filePath) return false;
  return isSamePartition(file, data.file);
}

/** Whether two files are of the same spec and have the same partition values. */
export function isSamePartition(left: DataFile, right: DataFile): boolean {
  return (
    left.specId === right.specId &&
    left.partition.every((value, index) => isSameValue(value, right.partition[index] ?? null))
  );
}

function isSameValue(left: PrimitiveValue | null, right: PrimitiveValue | null): boolean {
  if (left === null || right === null) return left === right;
  return Object.is(left, right) || compareValues(left, right) === 0;
}
