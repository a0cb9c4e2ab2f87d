import {
  describeColumnType,
  isSameColumnType,
  nullColumn,
  promoteColumn,
  trustedColumnBatch,
  type Column,
  type ColumnBatch,
  type ColumnType,
} from "@salon/columns";
import { columnTypeOf } from "../codec/column-type.ts";
import type { PrimitiveField } from "../codec/primitive-field.ts";
import { IcebergError } from "../iceberg-error.ts";

/**
 * The same rows with the columns of a schema in its order: matched by name, int32 widened to long
 * and float32 to double, absent optional columns null. `SCHEMA_MISMATCH` for a column that the
 * schema does not have, for an absent required one and for another type; `VALUE_INVALID` for a null
 * in a required column.
 */
export function conformBatch(fields: readonly PrimitiveField[], batch: ColumnBatch): ColumnBatch {
  const columns = new Map(batch.names.map((name, index) => [name, batch.columns[index]!]));
  const conformed = fields.map((field) => {
    const column = columns.get(field.name);
    columns.delete(field.name);
    return conformColumn(field, column, batch.rowCount);
  });
  for (const name of columns.keys()) {
    throw new IcebergError("SCHEMA_MISMATCH", `column ${name} is not in the table's schema`);
  }
  return trustedColumnBatch(
    fields.map(({ name }) => name),
    conformed,
  );
}

function conformColumn(
  field: PrimitiveField,
  column: Column | undefined,
  rowCount: number,
): Column {
  const type = columnTypeOf(field.type);
  if (column === undefined) {
    if (!field.required) return nullColumn(type, rowCount);
    throw new IcebergError("SCHEMA_MISMATCH", `required column ${field.name} is missing`);
  }
  if (field.required && column.nullCount > 0) {
    throw new IcebergError(
      "VALUE_INVALID",
      `required column ${field.name} has ${column.nullCount} nulls`,
    );
  }
  if (isSameColumnType(column.type, type)) return column;
  if (isPromotable(column.type, type)) return promoteColumn(column, type);
  throw new IcebergError(
    "SCHEMA_MISMATCH",
    `column ${field.name} is ${describeColumnType(column.type)}, ` +
      `the table's is ${describeColumnType(type)}`,
  );
}

function isPromotable(from: ColumnType, to: ColumnType): boolean {
  return (
    (from.kind === "int32" && to.kind === "int64") ||
    (from.kind === "float32" && to.kind === "float64")
  );
}
