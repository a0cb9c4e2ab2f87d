import {
  createColumnBuilder,
  trustedColumnBatch,
  type Column,
  type ColumnBatch,
} from "@salon/columns";
import { columnTypeOf } from "../codec/column-type.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { Schema } from "../spec/schema.ts";
import type { NestedField } from "../spec/type.ts";
import { nestedRowValue, RowValueProblem } from "./nested-row-value.ts";

/** A row as a plain object, its values by the names of a table's columns. */
export type PlainRow = Readonly<Record<string, unknown>>;

/** Where the rows stand. */
export interface RowPlacement {
  /** The index of the first row in all that is appended, from which errors count; 0 by default. */
  readonly firstRow?: number | undefined;
}

/** The first problem of the rows so far; rows from its own on need not be looked at again. */
interface FirstProblem {
  readonly row: number;
  readonly problem: RowValueProblem;
}

/**
 * The columns of plain objects, as {@link nestedRowValue} takes their values; an absent or
 * undefined field is null. `SCHEMA_MISMATCH` for a field that the schema does not have,
 * `VALUE_INVALID` for a value that is not of its column's type, for a null in a required column, at
 * any depth, and for a row that is no object. The first row that has a problem is named by its
 * index, the field by its dotted name.
 */
export function batchFromRows(
  schema: Schema,
  rows: readonly PlainRow[],
  { firstRow = 0 }: RowPlacement = {},
): ColumnBatch {
  const { fields } = schema;
  const names = fields.map(({ name }) => name);
  let first = findMisshapenRow(names, rows);
  const columns: Column[] = [];
  for (const field of fields) {
    const built = buildColumn(field, first === undefined ? rows : rows.slice(0, first.row));
    if ("problem" in built) first = built;
    else columns.push(built);
  }
  if (first !== undefined) throw rowError(first, firstRow);
  return { ...trustedColumnBatch(names, columns), rowCount: rows.length };
}

/** JavaScript callers pass anything: a row that is no object would be one of nulls alone. */
function findMisshapenRow(
  names: readonly string[],
  rows: readonly unknown[],
): FirstProblem | undefined {
  const known = new Set(names);
  for (const [row, values] of rows.entries()) {
    if (typeof values !== "object" || values === null || Array.isArray(values)) {
      const reason = `${describeRow(values)} is no row`;
      return { row, problem: new RowValueProblem("VALUE_INVALID", [], reason) };
    }
    const unknown = Object.keys(values).find((name) => !known.has(name));
    if (unknown === undefined) continue;
    const reason = "is not in the table's schema";
    return { row, problem: new RowValueProblem("SCHEMA_MISMATCH", [unknown], reason) };
  }
  return undefined;
}

function buildColumn(field: NestedField, rows: readonly PlainRow[]): Column | FirstProblem {
  const { name, type } = field;
  const builder = createColumnBuilder(columnTypeOf(type), rows.length);
  for (const [row, values] of rows.entries()) {
    try {
      const value = nestedRowValue(field, Object.hasOwn(values, name) ? values[name] : null);
      if (value === null) builder.appendNull();
      else builder.append(value);
    } catch (cause) {
      if (cause instanceof RowValueProblem) return { row, problem: cause };
      throw cause;
    }
  }
  return builder.finish();
}

function describeRow(row: unknown): string {
  if (row === null) return "null";
  return Array.isArray(row) ? "an array" : `a value of type ${typeof row}`;
}

function rowError({ row: index, problem }: FirstProblem, firstRow: number): IcebergError {
  const row = firstRow + index;
  const { code, path, reason } = problem;
  if (path.length === 0)
    return new IcebergError(code, `row ${row}: ${reason}`, { context: { row } });
  const field = path.join(".");
  const message =
    code === "SCHEMA_MISMATCH"
      ? `row ${row}: field ${field} ${reason}`
      : `row ${row}, field ${field}: ${reason}`;
  return new IcebergError(code, message, { context: { row, field } });
}
