import { gatherColumn, isFlatColumn, type Column } from "@salon/columns";
import { isPrimitiveType, type NestedField, type PrimitiveType } from "../../spec/type.ts";
import { ColumnChunkWriter } from "./column-chunk-writer.ts";
import type { ColumnChunkSettings } from "./column-chunk.ts";
import { columnSource, type RowSelection } from "./column-source.ts";
import { DefinitionLevels } from "./definition-levels.ts";
import { NestedLevels } from "./nested-levels.ts";
import { nestedSource } from "./nested-source.ts";
import type { ParquetLeaf } from "./parquet-schema.ts";
import { stripeColumn } from "./stripe-column.ts";

/** Writes a column of a table as the chunks of its leaves. */
export interface ColumnWriter {
  /** Appends the selected rows. */
  append(column: Column, selection: RowSelection): void;
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
    append: (column, selection) => {
      if (!isFlatColumn(column)) throw new TypeError(`a ${column.layout} column of a ${type.kind}`);
      writer.append(columnSource(column, type, selection));
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
    append: (column, selection) => {
      const selected = selection === undefined ? column : gatherColumn(column, selection);
      for (const [index, stripe] of stripeColumn(selected, field).entries()) {
        writers[index]!.append(nestedSource(stripe, leaves[index]!.type));
      }
    },
  };
}
