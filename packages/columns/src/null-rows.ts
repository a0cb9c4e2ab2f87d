import { clearBit, createBitmap } from "./validity.ts";

/** The rows of a growing column that are null, ascending; rows that are not null cost nothing. */
export class NullRows {
  private rows: number[] = [];

  /** Notes a null row, the last one so far. */
  add(row: number): void {
    this.rows.push(row);
  }

  /** Forgets rows from `rowCount` on. */
  truncate(rowCount: number): void {
    while (this.rows.length > 0 && this.rows[this.rows.length - 1]! >= rowCount) this.rows.pop();
  }

  /** The bitmap of a column of `rowCount` rows, absent where none is null; then empty again. */
  finish(rowCount: number): { nullCount: number; validity: Uint8Array | undefined } {
    this.truncate(rowCount);
    const nullCount = this.rows.length;
    if (nullCount === 0) return { nullCount, validity: undefined };
    const validity = createBitmap(rowCount, 1);
    for (const row of this.rows) clearBit(validity, row);
    this.rows = [];
    return { nullCount, validity };
  }
}
