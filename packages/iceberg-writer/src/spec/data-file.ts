import type { NestedField, PrimitiveType, Type } from "./type.ts";
import type { PrimitiveValue } from "./value.ts";

/**
 * A data or delete file as a manifest records it (spec: Data File Fields). Counts and sizes are
 * safe integers.
 */
export interface DataFile {
  readonly content: "data" | "position-deletes" | "equality-deletes";
  /** The object's actual location, scheme included. */
  readonly filePath: string;
  readonly fileFormat: "PARQUET" | "AVRO" | "ORC";
  /** One value per field of the partition spec, in its order. */
  readonly partition: readonly (PrimitiveValue | null)[];
  readonly specId: number;
  readonly recordCount: number;
  readonly fileSizeInBytes: number;
  /** Per field id of a leaf: bytes of its column chunks. */
  readonly columnSizes?: ReadonlyMap<number, number>;
  /** Nulls and NaNs included. */
  readonly valueCounts?: ReadonlyMap<number, number>;
  readonly nullValueCounts?: ReadonlyMap<number, number>;
  readonly nanValueCounts?: ReadonlyMap<number, number>;
  /** In the binary single-value encoding (spec: Appendix D). */
  readonly lowerBounds?: ReadonlyMap<number, Uint8Array>;
  readonly upperBounds?: ReadonlyMap<number, Uint8Array>;
  readonly keyMetadata?: Uint8Array;
  /** Starts of the row groups, ascending. */
  readonly splitOffsets?: readonly number[];
  readonly equalityIds?: readonly number[];
  readonly sortOrderId?: number;
  /** The one data file that a position-delete file speaks of, where it is only one. */
  readonly referencedDataFile?: string;
}

/** The codes of `content` (spec: Data File Fields, 134), in their order. */
export const DATA_FILE_CONTENTS: readonly DataFile["content"][] = [
  "data",
  "position-deletes",
  "equality-deletes",
];

/**
 * The columns of `data_file` in format v2 for a partition type (spec: Data File Fields). Those that
 * are deprecated, and those of v3, are left out.
 */
export function dataFileFields(partition: readonly NestedField[]): readonly NestedField[] {
  return [
    required(134, "content", { kind: "int" }),
    required(100, "file_path", { kind: "string" }),
    required(101, "file_format", { kind: "string" }),
    required(102, "partition", { kind: "struct", fields: partition }),
    required(103, "record_count", { kind: "long" }),
    required(104, "file_size_in_bytes", { kind: "long" }),
    optional(108, "column_sizes", mapByFieldId(117, 118, { kind: "long" })),
    optional(109, "value_counts", mapByFieldId(119, 120, { kind: "long" })),
    optional(110, "null_value_counts", mapByFieldId(121, 122, { kind: "long" })),
    optional(137, "nan_value_counts", mapByFieldId(138, 139, { kind: "long" })),
    optional(125, "lower_bounds", mapByFieldId(126, 127, { kind: "binary" })),
    optional(128, "upper_bounds", mapByFieldId(129, 130, { kind: "binary" })),
    optional(131, "key_metadata", { kind: "binary" }),
    optional(132, "split_offsets", requiredList(133, { kind: "long" })),
    optional(135, "equality_ids", requiredList(136, { kind: "int" })),
    optional(140, "sort_order_id", { kind: "int" }),
    optional(143, "referenced_data_file", { kind: "string" }),
  ];
}

function required(id: number, name: string, type: Type): NestedField {
  return { id, name, required: true, type };
}

function optional(id: number, name: string, type: Type): NestedField {
  return { id, name, required: false, type };
}

function requiredList(elementId: number, element: PrimitiveType): Type {
  return { kind: "list", elementId, elementRequired: true, element };
}

function mapByFieldId(keyId: number, valueId: number, value: PrimitiveType): Type {
  return { kind: "map", keyId, key: { kind: "int" }, valueId, valueRequired: true, value };
}
