import {
  describeColumnType,
  isSameColumnType,
  nullColumn,
  promoteColumn,
  trustedColumnBatch,
  type Column,
  type ColumnBatch,
  type ColumnType,
  type StructColumn,
} from "@salon/columns";
import { columnTypeOf } from "../codec/column-type.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { NestedField, Type } from "../spec/type.ts";
import { checkRequired } from "./check-required.ts";

/**
 * The same rows with the columns of a schema in its order: matched by name at every depth, int32
 * widened to long and float32 to double, absent optional columns null. `SCHEMA_MISMATCH` for a
 * column that the schema does not have, for an absent required one and for another type;
 * `VALUE_INVALID` for a null in a required column. Each names the column by its dotted name.
 */
export function conformBatch(fields: readonly NestedField[], batch: ColumnBatch): ColumnBatch {
  const { names, columns, rowCount } = batch;
  const conformed = conformFields(fields, { names, columns, rowCount, prefix: "" });
  for (const [index, field] of fields.entries()) checkRequired(field, conformed[index]!);
  return trustedColumnBatch(
    fields.map(({ name }) => name),
    conformed,
  );
}

interface NamedColumns {
  readonly names: readonly string[];
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** The dotted name of the struct that has them, and a dot. */
  readonly prefix: string;
}

function conformFields(
  fields: readonly NestedField[],
  { names, columns, rowCount, prefix }: NamedColumns,
): readonly Column[] {
  const unused = new Map(names.map((name, index) => [name, columns[index]!]));
  const conformed = fields.map((field) => {
    const column = unused.get(field.name);
    unused.delete(field.name);
    const path = prefix + field.name;
    if (column !== undefined) return conformColumn(field.type, column, path);
    if (!field.required) return nullColumn(columnTypeOf(field.type), rowCount);
    throw new IcebergError("SCHEMA_MISMATCH", `required column ${path} is missing`);
  });
  for (const name of unused.keys()) {
    const message = `column ${prefix}${name} is not in the table's schema`;
    throw new IcebergError("SCHEMA_MISMATCH", message);
  }
  return conformed;
}

function conformColumn(type: Type, column: Column, path: string): Column {
  const columnType = columnTypeOf(type);
  if (isSameColumnType(column.type, columnType)) return column;
  if (type.kind === "struct" && column.layout === "struct") {
    return conformStruct(type.fields, column, path);
  }
  if (type.kind === "list" && column.layout === "list") {
    const element = conformColumn(type.element, column.element, `${path}.element`);
    return { ...column, type: { kind: "list", element: element.type }, element };
  }
  if (type.kind === "map" && column.layout === "map") {
    const keys = conformColumn(type.key, column.keys, `${path}.key`);
    const values = conformColumn(type.value, column.values, `${path}.value`);
    return { ...column, type: { kind: "map", key: keys.type, value: values.type }, keys, values };
  }
  if (isPromotable(column.type, columnType)) return promoteColumn(column, columnType);
  throw new IcebergError(
    "SCHEMA_MISMATCH",
    `column ${path} is ${describeColumnType(column.type)}, ` +
      `the table's is ${describeColumnType(columnType)}`,
  );
}

function conformStruct(
  fields: readonly NestedField[],
  column: StructColumn,
  path: string,
): StructColumn {
  const children = conformFields(fields, {
    names: column.type.fields.map(({ name }) => name),
    columns: column.children,
    rowCount: column.length,
    prefix: `${path}.`,
  });
  const types = children.map(({ type }, index) => ({ name: fields[index]!.name, type }));
  return { ...column, type: { kind: "struct", fields: types }, children };
}

function isPromotable(from: ColumnType, to: ColumnType): boolean {
  return (
    (from.kind === "int32" && to.kind === "int64") ||
    (from.kind === "float32" && to.kind === "float64")
  );
}
