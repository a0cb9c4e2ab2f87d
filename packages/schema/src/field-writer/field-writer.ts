import type { Column } from "@salon/columns";
import type { JsonProblem, JsonRecord } from "../json-record.ts";

/**
 * Writes the values of one field into the column of a batch, at the row it is told. A row may be
 * written again while it is the last one: a record that proves invalid half-way leaves traces, and
 * the next record takes its row.
 */
export interface FieldWriter {
  /** Starts a column of at most `rowsMax` rows. */
  begin(rowsMax: number): void;
  writeNull(row: number): void;
  /**
   * Writes the value that the record has for the field; not null. Says so where it does not fit.
   */
  writeJson(row: number, value: unknown, record: JsonRecord): JsonProblem | undefined;
  /** Forgets what was written to rows from `rowCount` on. */
  truncate(rowCount: number): void;
  /** The column of the first `rowCount` rows; where columns are lent, the next has its memory. */
  finish(rowCount: number): Column;
}
