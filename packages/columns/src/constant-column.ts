import type { ColumnType } from "./column-type.ts";
import type { ColumnValue } from "./column-value.ts";
import type { RunEndEncodedColumn } from "./column.ts";
import { columnFromValues } from "./create-column-builder.ts";

/** `length` rows of one value, or of null, as one run; nothing is stored per row. */
export function constantColumn(
  type: ColumnType,
  value: ColumnValue | null,
  length: number,
): RunEndEncodedColumn {
  const runEnds = Int32Array.from(length === 0 ? [] : [length]);
  const values = columnFromValues(type, length === 0 ? [] : [value]);
  const nullCount = value === null ? length : 0;
  return { type, layout: "run-end-encoded", length, nullCount, runEnds, values };
}

/** `length` rows of null. */
export function nullColumn(type: ColumnType, length: number): RunEndEncodedColumn {
  return constantColumn(type, null, length);
}
