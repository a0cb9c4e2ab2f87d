import type { AvroMap, AvroValue } from "../codec/avro/avro-value.ts";
import { IcebergError } from "../iceberg-error.ts";
import { DATA_FILE_CONTENTS, type DataFile } from "../spec/data-file.ts";
import { ENTRY_STATUSES, type ManifestEntry } from "../spec/manifest-entry.ts";
import type { NestedField } from "../spec/type.ts";
import type { PrimitiveValue } from "../spec/value.ts";

/** An entry's record under the field ids of the spec (spec: Manifest Entry Fields). */
export function manifestEntryToAvro(
  entry: ManifestEntry,
  snapshotId: bigint | undefined,
  partition: AvroMap,
): AvroMap {
  if (entry.status !== "added") checkAssigned(entry);
  return new Map<number, AvroValue>([
    [0, ENTRY_STATUSES.indexOf(entry.status)],
    [1, entry.snapshotId ?? snapshotId ?? null],
    [3, entry.sequenceNumber ?? null],
    // That of a new file is assigned by its commit and never written before it.
    [4, entry.status === "added" ? null : (entry.fileSequenceNumber ?? null)],
    [2, dataFileToAvro(entry.dataFile, partition)],
  ]);
}

/** Only new files inherit (spec: Sequence Number Inheritance). */
function checkAssigned({ status, snapshotId, sequenceNumber, dataFile }: ManifestEntry): void {
  if (snapshotId !== undefined && sequenceNumber !== undefined) return;
  throw new IcebergError(
    "METADATA_INVALID",
    `the ${status} entry of ${dataFile.filePath} lacks its snapshot id or sequence number`,
  );
}

function dataFileToAvro(file: DataFile, partition: AvroMap): AvroMap {
  return new Map<number, AvroValue>([
    [134, DATA_FILE_CONTENTS.indexOf(file.content)],
    [100, file.filePath],
    [101, file.fileFormat],
    [102, partition],
    [103, BigInt(file.recordCount)],
    [104, BigInt(file.fileSizeInBytes)],
    [108, countsToAvro(file.columnSizes)],
    [109, countsToAvro(file.valueCounts)],
    [110, countsToAvro(file.nullValueCounts)],
    [137, countsToAvro(file.nanValueCounts)],
    [125, file.lowerBounds ?? null],
    [128, file.upperBounds ?? null],
    [131, file.keyMetadata ?? null],
    [132, file.splitOffsets?.map(BigInt) ?? null],
    [135, file.equalityIds ?? null],
    [140, file.sortOrderId ?? null],
    [143, file.referencedDataFile ?? null],
  ]);
}

function countsToAvro(counts: ReadonlyMap<number, number> | undefined): AvroMap | null {
  if (counts === undefined) return null;
  return new Map([...counts].map(([fieldId, count]) => [fieldId, BigInt(count)]));
}

/** A partition tuple under the ids of its fields. */
export function partitionToAvro(
  fields: readonly NestedField[],
  values: readonly (PrimitiveValue | null)[],
): AvroMap {
  return new Map(fields.map(({ id }, index) => [id, values[index] ?? null]));
}

/**
 * A value of a field whose column was promoted since it was written: an int is now a long (spec:
 * Schema Evolution). Other promotions do not change a value in memory.
 */
export function promoteValue(field: NestedField, value: PrimitiveValue): PrimitiveValue {
  return field.type.kind === "long" && typeof value === "number" ? BigInt(value) : value;
}
