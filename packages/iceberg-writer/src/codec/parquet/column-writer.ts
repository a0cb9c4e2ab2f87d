import { isFlatColumn, type Column } from "@salon/columns";
import { isPrimitiveType, type NestedField, type PrimitiveType } from "../../spec/type.ts";
import { ColumnChunkWriter } from "./column-chunk-writer.ts";
import type { ColumnChunkSettings } from "./column-chunk.ts";
import { columnSource } from "./column-source.ts";
import { DefinitionLevels } from "./definition-levels.ts";
import { NestedLevels } from "./nested-levels.ts";
import { nestedSource } from "./nested-source.ts";
import type { ParquetLeaf } from "./parquet-schema.ts";
import { stripeColumn } from "./stripe-column.ts";

/** Writes a column of a table as the chunks of its leaves. */
export interface ColumnWriter {
  append(column: Column): void;
  /** One for each leaf, in the order of the file's columns. */
  readonly chunkWriters: readonly Pick<
    ColumnChunkWriter<never>,
    "finish" | "bufferedBytes" | "estimatedBytes"
  >[];
}

/** A writer of a field whose leaves are given; the scratch may be shared by many. */
export function createColumnWriter(
  field: NestedField,
  leaves: readonly ParquetLeaf[],
  settings: Omit<ColumnChunkSettings, "type" | "isRequired">,
  scratch: Int32Array,
): ColumnWriter {
  const { type, required } = field;
  return isPrimitiveType(type)
    ? createFlatWriter(type, { ...settings, type, isRequired: required }, scratch)
    : createNestedWriter(field, leaves, settings, scratch);
}

function createFlatWriter(
  type: PrimitiveType,
  settings: ColumnChunkSettings,
  scratch: Int32Array,
): ColumnWriter {
  const writer = new ColumnChunkWriter(settings, new DefinitionLevels(), scratch);
  return {
    chunkWriters: [writer],
    append: (column) => {
      if (!isFlatColumn(column)) throw new TypeError(`a ${column.layout} column of a ${type.kind}`);
      writer.append(columnSource(column, type));
    },
  };
}

function createNestedWriter(
  field: NestedField,
  leaves: readonly ParquetLeaf[],
  settings: Omit<ColumnChunkSettings, "type" | "isRequired">,
  scratch: Int32Array,
): ColumnWriter {
  const writers = leaves.map((leaf) => {
    const isRequired = leaf.definitionLevelMax + leaf.repetitionLevelMax === 0;
    const chunkSettings = { ...settings, type: leaf.type, isRequired };
    return new ColumnChunkWriter(chunkSettings, new NestedLevels(leaf), scratch);
  });
  return {
    chunkWriters: writers,
    append: (column) => {
      for (const [index, stripe] of stripeColumn(column, field).entries()) {
        writers[index]!.append(nestedSource(stripe, leaves[index]!.type));
      }
    },
  };
}
