import { checkColumn, trustedColumnBatch, type Column, type ColumnBatch } from "@salon/columns";
import { IcebergError } from "../iceberg-error.ts";
import { columnFromArrow } from "./arrow-column.ts";
import { arrowDataError } from "./arrow-error.ts";
import {
  isArrowData,
  isArrowTable,
  type ArrowRecordBatch,
  type ArrowTable,
} from "./arrow-structure.ts";

/**
 * The rows of an Arrow table or record batch as columns, one batch for each record batch, in their
 * order. Buffers are shared where the layouts agree: they must not change until the rows are
 * written. Columns of Arrow's null type are left out, and so are null in the table; record batches
 * without rows are left out too.
 *
 * Errors: `UNSUPPORTED` for types that Iceberg tables do not hold, `VALUE_INVALID` for values that
 * a column's type cannot hold and for buffers that do not fit each other. Each names the column.
 */
export function* batchesFromArrow(
  rows: ArrowTable | ArrowRecordBatch,
): Generator<ColumnBatch, void, undefined> {
  for (const batch of isArrowTable(rows) ? rows.batches : [rows]) {
    if (batch.data.length > 0) yield batchFromArrow(batch);
  }
}

function batchFromArrow({ schema, data }: ArrowRecordBatch): ColumnBatch {
  const names: string[] = [];
  const columns: Column[] = [];
  for (const [index, { name }] of schema.fields.entries()) {
    const column = checkedColumn(data.children[index], data.length, name);
    if (column === undefined) continue;
    if (names.includes(name)) throw arrowDataError(name, "another column has the same name");
    names.push(name);
    columns.push(column);
  }
  return { ...trustedColumnBatch(names, columns), rowCount: data.length };
}

function checkedColumn(data: unknown, rowCount: number, name: string): Column | undefined {
  if (!isArrowData(data)) throw arrowDataError(name, "it is not there");
  if (data.length !== rowCount) {
    throw arrowDataError(name, `it has ${data.length} rows, the batch ${rowCount}`);
  }
  try {
    const column = columnFromArrow(data, name);
    if (column !== undefined) checkColumn(column);
    return column;
  } catch (error) {
    if (error instanceof IcebergError || !(error instanceof Error)) throw error;
    // What the layers below say of sizes and kinds, and endless nesting.
    throw arrowDataError(name, error.message, error);
  }
}
