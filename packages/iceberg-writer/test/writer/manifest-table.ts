import type { DataFile } from "../../src/spec/data-file.ts";
import type { ManifestEntry } from "../../src/spec/manifest-entry.ts";
import type { PartitionSpec } from "../../src/spec/partition-spec.ts";
import type { Schema } from "../../src/spec/schema.ts";
import type { PrimitiveType } from "../../src/spec/type.ts";
import type { PrimitiveValue } from "../../src/spec/value.ts";

const TYPES: readonly PrimitiveType[] = [
  { kind: "boolean" },
  { kind: "int" },
  { kind: "long" },
  { kind: "float" },
  { kind: "double" },
  { kind: "decimal", precision: 9, scale: 2 },
  { kind: "date" },
  { kind: "time" },
  { kind: "timestamp" },
  { kind: "timestamptz" },
  { kind: "string" },
  { kind: "uuid" },
  { kind: "fixed", length: 3 },
  { kind: "binary" },
];

/** A schema with a column of every primitive type, its id one more than its place. */
export const everyType: Schema = {
  schemaId: 4,
  fields: TYPES.map((type, index) => ({
    id: index + 1,
    name: `a ${type.kind}`,
    required: false,
    type,
  })),
};

/** Partitions by every column as it is. */
export const byEveryType: PartitionSpec = {
  specId: 2,
  fields: everyType.fields.map(({ id, name }) => ({
    sourceId: id,
    fieldId: 999 + id,
    name,
    transform: { kind: "identity" },
  })),
};

/** A data file with all metrics, of partition spec 2. */
export function fileOf(
  partition: readonly (PrimitiveValue | null)[],
  changes: Partial<DataFile> = {},
): DataFile {
  return {
    content: "data",
    filePath: "s3a://warehouse/t/data/a%2Fb.parquet",
    fileFormat: "PARQUET",
    partition,
    specId: 2,
    recordCount: 10,
    fileSizeInBytes: 5_000_000_000,
    columnSizes: new Map([[3, 100]]),
    valueCounts: new Map([[3, 10]]),
    nullValueCounts: new Map([[3, 1]]),
    nanValueCounts: new Map([[4, 2]]),
    lowerBounds: new Map([[3, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0)]]),
    upperBounds: new Map([[3, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)]]),
    splitOffsets: [4, 4_000_000_000],
    sortOrderId: 0,
    ...changes,
  };
}

/** The entry of a new file. */
export function added(dataFile: DataFile): ManifestEntry {
  return { status: "added", dataFile };
}

/** A partition tuple of nulls. */
export const nulls: readonly null[] = TYPES.map(() => null);
