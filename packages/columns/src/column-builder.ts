import type { ColumnType } from "./column-type.ts";
import type { ColumnValue } from "./column-value.ts";
import type { PlainColumn } from "./plain-column.ts";

/** Grows a column row by row. */
export interface ColumnBuilder<Built extends PlainColumn = PlainColumn> {
  readonly type: ColumnType;
  /** Rows appended since the last `finish`. */
  readonly length: number;
  /**
   * Appends a value: a TypeError where it is not of the type, a RangeError where it is too large.
   */
  append(value: ColumnValue): void;
  appendNull(): void;
  /** The column of all rows appended. It belongs to the caller, and the builder is empty again. */
  finish(): Built;
}
