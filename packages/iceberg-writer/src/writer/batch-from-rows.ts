import { createColumnBuilder, trustedColumnBatch, type ColumnBatch } from "@salon/columns";
import { columnTypeOf } from "../codec/column-type.ts";
import { primitiveFields } from "../codec/primitive-field.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { Schema } from "../spec/schema.ts";
import { rowValue } from "./row-value.ts";

/** A row as a plain object, its values by the names of a table's columns. */
export type PlainRow = Readonly<Record<string, unknown>>;

/**
 * The columns of plain objects, as {@link rowValue} takes their values; an absent or undefined
 * field is null. `SCHEMA_MISMATCH` for a field that the schema does not have, `VALUE_INVALID` for a
 * value that is not of its column's type and for a null in a required column, each with the row's
 * index; `UNSUPPORTED` for a schema with nested columns.
 */
export function batchFromRows(schema: Schema, rows: readonly PlainRow[]): ColumnBatch {
  const fields = primitiveFields(schema);
  const names = new Set(fields.map(({ name }) => name));
  for (const [index, row] of rows.entries()) {
    const unknown = Object.keys(row).find((name) => !names.has(name));
    if (unknown !== undefined) {
      const message = `row ${index}: field ${unknown} is not in the table's schema`;
      throw new IcebergError("SCHEMA_MISMATCH", message, { context: { row: index } });
    }
  }
  const columns = fields.map(({ name, type, required }) => {
    const builder = createColumnBuilder(columnTypeOf(type), rows.length);
    for (const [index, row] of rows.entries()) {
      const value = (Object.hasOwn(row, name) ? row[name] : null) ?? null;
      if (value === null && required) throw invalidValue(index, name, "null in a required column");
      if (value === null) builder.appendNull();
      else builder.append(valueOf(index, name, () => rowValue(type, value)));
    }
    return builder.finish();
  });
  return { ...trustedColumnBatch([...names], columns), rowCount: rows.length };
}

function valueOf<T>(index: number, name: string, convert: () => T): T {
  try {
    return convert();
  } catch (cause) {
    throw invalidValue(index, name, cause instanceof Error ? cause.message : String(cause));
  }
}

function invalidValue(index: number, name: string, reason: string): IcebergError {
  const context = { row: index, field: name };
  return new IcebergError("VALUE_INVALID", `row ${index}, field ${name}: ${reason}`, { context });
}
