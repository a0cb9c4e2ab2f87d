import type { ColumnType } from "./column-type.ts";
import type { ColumnValue } from "./column-value.ts";
import type { Column } from "./column.ts";
import type { PlainColumn } from "./plain-column.ts";

/** Grows a column row by row. */
export interface ColumnBuilder<Built extends Column = PlainColumn> {
  readonly type: ColumnType;
  /** Rows appended since the last `finish`. */
  readonly length: number;
  /**
   * Appends a value: a TypeError where it is not of the type, a RangeError where it is too large;
   * then nothing is appended.
   */
  append(value: ColumnValue): void;
  appendNull(): void;
  /** Takes back the rows from `length` on. */
  truncate(length: number): void;
  /** The column of all rows appended. It belongs to the caller, and the builder is empty again. */
  finish(): Built;
}
