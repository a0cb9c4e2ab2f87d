import {
  isFlatColumnType,
  type ColumnType,
  type FlatColumnType,
  type NestedColumnType,
} from "./column-type.ts";
import type { FlatValue } from "./column-value.ts";
import type { Column, NestedColumn, RunEndEncodedColumn } from "./column.ts";
import { columnFromValues } from "./create-column-builder.ts";
import { createBitmap } from "./validity.ts";

/** `length` rows of one value, or of null, as one run; nothing is stored per row. */
export function constantColumn(
  type: FlatColumnType,
  value: FlatValue | null,
  length: number,
): RunEndEncodedColumn {
  const runEnds = Int32Array.from(length === 0 ? [] : [length]);
  const values = columnFromValues(type, length === 0 ? [] : [value]);
  const nullCount = value === null ? length : 0;
  return { type, layout: "run-end-encoded", length, nullCount, runEnds, values };
}

/** `length` rows of null: one run; of a nested type a bit, and perhaps an offset, a row. */
export function nullColumn(type: ColumnType, length: number): Column {
  return isFlatColumnType(type)
    ? constantColumn(type, null, length)
    : nestedNullColumn(type, length);
}

function nestedNullColumn(type: NestedColumnType, length: number): NestedColumn {
  const base = {
    length,
    nullCount: length,
    ...(length > 0 && { validity: createBitmap(length) }),
  };
  switch (type.kind) {
    case "struct": {
      const children = type.fields.map((field) => nullColumn(field.type, length));
      return { ...base, type, layout: "struct", children };
    }
    case "list": {
      const offsets = new Int32Array(length + 1);
      return { ...base, type, layout: "list", offsets, element: nullColumn(type.element, 0) };
    }
    case "map": {
      const offsets = new Int32Array(length + 1);
      const keys = nullColumn(type.key, 0);
      return { ...base, type, layout: "map", offsets, keys, values: nullColumn(type.value, 0) };
    }
    default:
      return type satisfies never;
  }
}
