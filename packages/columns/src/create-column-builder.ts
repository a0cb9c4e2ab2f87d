import { createBooleanBuilder } from "./boolean-builder.ts";
import type { ColumnBuilder } from "./column-builder.ts";
import { plainLayoutOf, type ColumnType, type FlatColumnType } from "./column-type.ts";
import type { ColumnValue } from "./column-value.ts";
import type { Column } from "./column.ts";
import { createFixedSizeBinaryBuilder } from "./fixed-size-binary-builder.ts";
import { createListBuilder } from "./list-builder.ts";
import { createMapBuilder } from "./map-builder.ts";
import type { PlainColumn } from "./plain-column.ts";
import { createPrimitiveBuilder } from "./primitive-builder.ts";
import { createStructBuilder } from "./struct-builder.ts";
import { createVariableBinaryBuilder } from "./variable-binary-builder.ts";

/** A builder of a plain column of a type; rows are expected, not limited, to be `capacity`. */
export function createColumnBuilder(type: FlatColumnType, capacity?: number): ColumnBuilder;
/** Of a nested type all parts are plain. */
export function createColumnBuilder(type: ColumnType, capacity?: number): ColumnBuilder<Column>;
export function createColumnBuilder(type: ColumnType, capacity = 1024): ColumnBuilder<Column> {
  switch (type.kind) {
    case "struct": {
      const children = type.fields.map((field) => createColumnBuilder(field.type, capacity));
      return createStructBuilder(type, children);
    }
    case "list":
      return createListBuilder(type, createColumnBuilder(type.element, capacity));
    case "map": {
      const keys = createColumnBuilder(type.key, capacity);
      return createMapBuilder(type, keys, createColumnBuilder(type.value, capacity));
    }
    default:
      return createFlatBuilder(type, capacity);
  }
}

function createFlatBuilder(type: FlatColumnType, capacity: number): ColumnBuilder {
  const layout = plainLayoutOf(type);
  if (layout === "boolean") return createBooleanBuilder(capacity);
  if (layout === "primitive") return createPrimitiveBuilder(type, capacity);
  if (layout === "fixed-size-binary") return createFixedSizeBinaryBuilder(type, capacity);
  return createVariableBinaryBuilder(type.kind === "utf8" ? "utf8" : "binary", capacity);
}

/** The column of given values, null for null; for tests and small inputs. */
export function columnFromValues(
  type: FlatColumnType,
  values: readonly (ColumnValue | null)[],
): PlainColumn;
export function columnFromValues(type: ColumnType, values: readonly (ColumnValue | null)[]): Column;
export function columnFromValues(
  type: ColumnType,
  values: readonly (ColumnValue | null)[],
): Column {
  const builder = createColumnBuilder(type, values.length);
  for (const value of values) {
    if (value === null) builder.appendNull();
    else builder.append(value);
  }
  return builder.finish();
}
