import { checkColumn } from "./check-column.ts";
import type { Column } from "./column.ts";
import type { ColumnValue } from "./column-value.ts";
import { concatColumns } from "./concat-columns.ts";
import { checkRows, gatherCheckedRows } from "./gather-column.ts";
import { sliceColumn } from "./slice-column.ts";
import { valueAt } from "./value-at.ts";

/** Rows as named columns of equal length. */
export interface ColumnBatch {
  readonly rowCount: number;
  readonly names: readonly string[];
  /** In the order of `names`. */
  readonly columns: readonly Column[];
}

/**
 * The batch of named columns, in their order. Checks each column whole (`checkColumn`); RangeError
 * where lengths differ.
 */
export function columnBatch(columns: Readonly<Record<string, Column>>): ColumnBatch {
  const names = Object.keys(columns);
  for (const name of names) {
    try {
      checkColumn(columns[name]!);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `column ${name}: ${reason}`;
      if (cause instanceof RangeError) throw new RangeError(message, { cause });
      throw new TypeError(message, { cause });
    }
  }
  return trustedColumnBatch(names, Object.values(columns));
}

/**
 * The batch of columns whose insides the caller vouches for, so that no row is touched. RangeError
 * where lengths or the number of names differ.
 */
export function trustedColumnBatch(
  names: readonly string[],
  columns: readonly Column[],
): ColumnBatch {
  if (names.length !== columns.length || new Set(names).size !== names.length) {
    throw new RangeError(`${columns.length} columns with the names ${names.join(", ")}`);
  }
  const rowCount = columns[0]?.length ?? 0;
  for (const [index, { length }] of columns.entries()) {
    if (length !== rowCount) {
      throw new RangeError(`column ${names[index]} has ${length} rows, the batch ${rowCount}`);
    }
  }
  return { rowCount, names, columns };
}

/** The column of a name; undefined where there is none. */
export function findColumn(batch: ColumnBatch, name: string): Column | undefined {
  return batch.columns[batch.names.indexOf(name)];
}

/** Rows `start` to `end`, `end` excluded, bytes shared; RangeError where they are not all there. */
export function sliceBatch(batch: ColumnBatch, start: number, end: number): ColumnBatch {
  const columns = batch.columns.map((column) => sliceColumn(column, start, end));
  return { rowCount: end - start, names: batch.names, columns };
}

/** The given rows in the given order; RangeError where one is not in the batch. */
export function gatherBatch(batch: ColumnBatch, rows: Int32Array): ColumnBatch {
  checkRows(rows, batch.rowCount);
  const columns = batch.columns.map((column) => gatherCheckedRows(column, rows));
  return { rowCount: rows.length, names: batch.names, columns };
}

/** All rows of batches with the same names and types, in order; TypeError where those differ. */
export function concatBatches(batches: readonly ColumnBatch[]): ColumnBatch {
  const [first, ...others] = batches;
  if (first === undefined) throw new TypeError("no batches to join");
  if (others.length === 0) return first;
  for (const { names } of others) {
    if (names.length !== first.names.length || names.some((name, i) => name !== first.names[i])) {
      throw new TypeError(
        `batches of different columns: ${first.names.join()} and ${names.join()}`,
      );
    }
  }
  const columns = first.columns.map((_, index) =>
    concatColumns(batches.map((batch) => batch.columns[index]!)),
  );
  return trustedColumnBatch(first.names, columns);
}

/** One row as a plain object; for tests, messages and small outputs. */
export function rowAt(batch: ColumnBatch, row: number): Record<string, ColumnValue | null> {
  return Object.fromEntries(
    batch.names.map((name, index) => [name, valueAt(batch.columns[index]!, row)]),
  );
}
